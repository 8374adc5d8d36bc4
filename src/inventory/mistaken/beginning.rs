//! What a file is, by its first bytes.
//!
//! In: the beginning of a file that has been decoded. Out: what it is, if it is certainly no inventory.

use std::borrow::Cow;

use super::Mistaken;

/// Names what a file is that begins so; `None` if it may be an inventory.
pub(in crate::inventory) fn of_beginning(bytes: &[u8]) -> Option<Mistaken> {
    if let Some(mistaken) = binary(bytes) {
        return Some(mistaken);
    }
    let text = String::from_utf8_lossy(bytes);
    let text = without_colours(text.trim_ascii_start());
    let lines = text.lines().map(str::trim_ascii_end);
    let first = lines
        .clone()
        .find(|line| !line.is_empty())?
        .trim_ascii_start();
    if first.starts_with("#< CLIXML") || first.starts_with("<Objs ") {
        return Some(Mistaken::Clixml);
    }
    if first.starts_with('<') {
        return markup(&text);
    }
    if matches!(text, Cow::Owned(_)) && first.starts_with(['[', '{']) {
        return Some(Mistaken::Colours);
    }
    if first.starts_with(['[', '{']) {
        return None;
    }
    if first == "null" {
        return Some(Mistaken::Null);
    }
    let inside = first.strip_prefix('"').unwrap_or_default();
    if inside
        .trim_start_matches(['\\', ' '])
        .starts_with(['{', '['])
    {
        return Some(Mistaken::JsonText);
    }
    let header = first.to_ascii_lowercase();
    if header.contains("appid") && header.contains([',', ';']) {
        return None;
    }
    message(&text).or_else(|| laid_out(&text, first))
}

fn binary(bytes: &[u8]) -> Option<Mistaken> {
    const COMPRESSED: [&[u8]; 5] = [
        b"\x1f\x8b",
        b"\xfd7zXZ\0",
        b"\x28\xb5\x2f\xfd",
        b"BZh",
        b"7z\xbc\xaf\x27\x1c",
    ];
    if bytes.starts_with(b"PK\x03\x04") {
        let holds = |name: &[u8]| memchr::memmem::find(bytes, name).is_some();
        let is_workbook = holds(b"[Content_Types].xml") || holds(b"xl/");
        return Some(if is_workbook {
            Mistaken::Workbook
        } else {
            Mistaken::Compressed
        });
    }
    if COMPRESSED.iter().any(|magic| bytes.starts_with(magic)) {
        return Some(Mistaken::Compressed);
    }
    let is_wide = matches!(bytes, [0, byte, ..] | [byte, 0, ..] if *byte != 0);
    is_wide.then_some(Mistaken::Utf16WithoutMark)
}

/// Removes what colours text in a terminal.
fn without_colours(text: &str) -> Cow<'_, str> {
    if !text.contains('\x1b') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\x1b') {
        plain.push_str(before);
        let code = behind.strip_prefix('[').unwrap_or(behind);
        rest = code
            .find(|letter: char| letter.is_ascii_alphabetic())
            .and_then(|end| code.get(end + 1..))
            .unwrap_or_default();
    }
    plain.push_str(rest);
    Cow::Owned(plain.trim_ascii_start().to_owned())
}

/// A web page is not named here: it has words of its own.
fn markup(text: &str) -> Option<Mistaken> {
    let text = text.to_ascii_lowercase();
    if text.contains("<objs ") || text.contains("schemas.microsoft.com/powershell") {
        return Some(Mistaken::Clixml);
    }
    let is_page = text.starts_with("<!doctype html") || text.contains("<html");
    let is_xml = text.starts_with("<?xml") || text.contains("</") || text.contains("/>");
    (is_xml && !is_page).then_some(Mistaken::Xml)
}

/// Recognises what commands say: warnings, errors, and that somebody must sign in.
fn message(text: &str) -> Option<Mistaken> {
    const SIGN_IN: [&str; 10] = [
        "az login",
        "connect-mggraph",
        "connect-entra",
        "connect-azaccount",
        "authentication needed",
        "to sign in, use a web browser",
        "insufficient privileges",
        "authorization_requestdenied",
        "interactive authentication is needed",
        "aadsts",
    ];
    const WORDS: [&str; 9] = [
        "warning",
        "error",
        "info",
        "debug",
        "verbose",
        "notice",
        "traceback",
        "usage",
        "fatal",
    ];
    let mut lines = text
        .lines()
        .map(|line| line.trim_ascii().to_ascii_lowercase());
    let first = lines.find(|line| !line.is_empty())?;
    let begins = |word: &str| first.trim_start_matches(['[', '#', ' ']).starts_with(word);
    let is_said = WORDS.iter().any(|word| begins(word))
        || [
            "az : ",
            "az: ",
            "python.exe",
            "the command ",
            "this command ",
        ]
        .iter()
        .any(|word| begins(word));
    let is_cmdlet = is_cmdlets_error(&first);
    let json_follows = text.lines().skip(1).any(|line| {
        let line = line.trim_ascii_start();
        matches!(line.as_bytes().first(), Some(b'[' | b'{'))
    });
    let must_sign_in = || {
        let text = text.to_ascii_lowercase();
        SIGN_IN.iter().any(|words| text.contains(words))
    };
    if json_follows && !first.contains(',') && !is_cmdlet {
        return Some(Mistaken::Message);
    }
    if is_said || is_cmdlet || first.starts_with("please run") || first.starts_with("to sign in") {
        return Some(if json_follows || !must_sign_in() {
            Mistaken::Message
        } else {
            Mistaken::SignIn
        });
    }
    None
}

/// `Get-MgApplication_List: Insufficient privileges …`, or with ` : ` in Windows PowerShell.
fn is_cmdlets_error(line: &str) -> bool {
    let Some((name, _)) = line.split_once(':') else {
        return false;
    };
    let name = name.trim_ascii_end();
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_name
        && [
            "get-",
            "connect-",
            "invoke-",
            "convertto-",
            "select-",
            "export-",
            "find-",
        ]
        .iter()
        .any(|verb| name.starts_with(verb))
}

/// Recognises text that is laid out for people, and YAML.
fn laid_out(text: &str, first: &str) -> Option<Mistaken> {
    let is_rule = |line: &str| {
        let line = line.trim_ascii();
        line.starts_with("--")
            && line
                .bytes()
                .all(|byte| matches!(byte, b'-' | b'+' | b'|' | b' ' | b'\t'))
    };
    let mut lines = text.lines().filter(|line| !line.trim_ascii().is_empty());
    let second = lines.nth(1);
    if second.is_some_and(is_rule) || first.starts_with("+--") || first.starts_with('|') {
        return Some(Mistaken::Table);
    }
    if first == "---" || first.starts_with("- ") || first == "-" {
        return Some(Mistaken::Yaml);
    }
    if let Some((name, value)) = first.split_once(':') {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"@._$'\"".contains(&byte);
        let is_plain = !name.trim_ascii_end().is_empty();
        if is_plain && name.bytes().all(is_name) && (value.is_empty() || value.starts_with(' ')) {
            return Some(Mistaken::Yaml);
        }
        if is_plain && name.trim_ascii_end().bytes().all(is_name) && name.ends_with(' ') {
            // `Id      : …` of Format-List.
            return Some(Mistaken::Table);
        }
    }
    let is_id = |column: &str| column.trim_ascii().parse::<uuid::Uuid>().is_ok();
    (first.contains('\t') && first.split('\t').any(is_id)).then_some(Mistaken::Tsv)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inventories_have_no_other_name() {
        for text in [
            "[]",
            " \n{}",
            "{\"value\":[]}",
            "DisplayName,AppId,SecretCount,CertCount,SecretsOnly\n",
            "#TYPE System.Management.Automation.PSCustomObject\n\"AppId\"",
            "ErrorCount,AppId,SecretCount,CertCount\n",
            "sep=;\nAppId;SecretCount;CertCount\n",
            "\"DisplayName\",\"AppId\"\n\"[x]\",\"1\"",
            "DisplayName\tAppId\tSecretCount\tCertCount\n",
            "",
            "  ",
        ] {
            assert_eq!(of_beginning(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn messages_are_told_from_the_inventory_below_them() {
        for text in [
            "WARNING: This command is going to change.\n[{}]",
            "\u{1b}[33mWARNING: This command is in preview.\u{1b}[0m\n[]",
            "The behavior of this command has been altered.\n[\n]",
            "WARNING: something",
            "az : WARNING: x\nAt line:1 char:1\n[]",
            "Loading modules\r\n{\"value\":[]}",
        ] {
            assert_eq!(
                of_beginning(text.as_bytes()),
                Some(Mistaken::Message),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_failed_sign_in_is_one() {
        for text in [
            "ERROR: Please run 'az login' to setup account.",
            "\u{1b}[31mERROR: Please run 'az login' to setup account.\u{1b}[0m",
            "Please run 'az login' to setup account.",
            "Get-MgApplication : Authentication needed. Please call Connect-MgGraph.",
            "Get-MgApplication_List: Insufficient privileges to complete the operation.",
            "WARNING: To sign in, use a web browser to open the page https://contoso.example",
        ] {
            assert_eq!(
                of_beginning(text.as_bytes()),
                Some(Mistaken::SignIn),
                "{text:?}"
            );
        }
    }

    #[test]
    fn other_outputs_are_named() {
        use Mistaken as M;
        for (text, name) in [
            ("AppId    DisplayName\n-------  ------\n1  x", M::Table),
            ("\n\nDisplayName : Contoso\nAppId       : 1", M::Table),
            ("+----+\n| a  |", M::Table),
            ("- appId: 1\n  displayName: x", M::Yaml),
            ("value:\n- appId: 1", M::Yaml),
            ("'@odata.context': https://graph", M::Yaml),
            ("---\n- a", M::Yaml),
            ("None\t3d0824d6-08b6-412a-af02-51d00da54f7a\tx", M::Tsv),
            ("null\n", M::Null),
            ("\"[{\\\"appId\\\":1}]\"", M::JsonText),
            ("<Objs Version=\"1.1.0.1\" xmlns=\"x\">", M::Clixml),
            ("<?xml version=\"1.0\"?>\n<Objs Version=\"1\">", M::Clixml),
            ("#< CLIXML\n<Objs>", M::Clixml),
            ("<?xml version=\"1.0\"?><feed></feed>", M::Xml),
            ("\u{1b}[1m[\u{1b}[0m", M::Colours),
            ("PK\u{3}\u{4}....[Content_Types].xml", M::Workbook),
            ("PK\u{3}\u{4}....apps.json", M::Compressed),
            ("[\0{\0", M::Utf16WithoutMark),
            ("\0[\0{", M::Utf16WithoutMark),
        ] {
            assert_eq!(of_beginning(text.as_bytes()), Some(name), "{text:?}");
        }
        assert_eq!(of_beginning(b"\x1f\x8b\x08"), Some(M::Compressed));
        for page in ["<!DOCTYPE html><html>", "<html><body/>", "<HTML>"] {
            assert_eq!(of_beginning(page.as_bytes()), None, "{page}");
        }
    }
}
