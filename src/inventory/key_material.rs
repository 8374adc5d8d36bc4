//! The `key` of a key credential in an export, or the facts that a snapshot has in its place.
//!
//! In: the members of a key credential. Out: what the key turns out to be; `None` where the export does not show it. A
//! `publicKey` counts in a snapshot only: in any other file somebody else has written it.

use std::borrow::Cow;

use super::fields::CredentialField;
use super::shapes::{Fields, Writer, Wrong};
use crate::model::{KeyMaterial, KeyType};
use crate::snapshot::PublicKey;

/// Reads what the key of a credential turns out to be. A symmetric key is a secret: it is never looked at.
pub(super) fn read(
    entry: &Fields<'_, CredentialField>,
    kind: KeyType,
) -> Result<Option<KeyMaterial>, Wrong> {
    if kind == KeyType::Symmetric {
        return Ok(None);
    }
    let key = entry.raw(CredentialField::Key).filter(|raw| *raw != "null");
    match (entry.writer, key) {
        (Writer::Graph | Writer::AzureHound, key) => key.map(of_key).transpose(),
        (Writer::Snapshot(_), None) => of_facts(entry.raw(CredentialField::PublicKey)),
        (Writer::Snapshot(_), Some(_)) => Err(Wrong::value("a snapshot never holds a `key`")),
    }
}

/// Reads `key`: Graph's base64, or the bytes that PowerShell's SDK decoded from it.
fn of_key(raw: &str) -> Result<KeyMaterial, Wrong> {
    if raw.starts_with('[') {
        let bytes: Vec<u8> = serde_json::from_str(raw).map_err(|_| Wrong::Type)?;
        return Ok(KeyMaterial::from_bytes(&bytes));
    }
    let text = super::shapes::words(raw)?.unwrap_or(Cow::Borrowed(""));
    Ok(flattened(&text).map_or_else(
        || KeyMaterial::parse(&text),
        |bytes| KeyMaterial::from_bytes(&bytes),
    ))
}

/// Reads the bytes of which `ConvertTo-Json` with too little `-Depth` has made text: `48 130 3 …`.
fn flattened(text: &str) -> Option<Vec<u8>> {
    // Every certificate begins with these two bytes, and base64 has no blank in its third place.
    let is_flattened = text.starts_with("48 ");
    let bytes = || text.split(' ').map(str::parse).collect::<Result<_, _>>();
    is_flattened.then(bytes)?.ok()
}

fn of_facts(raw: Option<&str>) -> Result<Option<KeyMaterial>, Wrong> {
    let wrong = || Wrong::value("a `publicKey` is not what this version writes");
    let written: Option<PublicKey> =
        serde_json::from_str(raw.unwrap_or("null")).map_err(|_| wrong())?;
    let facts = written.map(|written| written.facts().ok_or_else(wrong));
    facts.transpose()
}

#[cfg(test)]
mod tests {
    use super::super::exchange::Exchange;
    use super::super::shapes;
    use super::*;

    const DATES: &str = r#""startDateTime":null,"endDateTime":null,"usage":"Verify""#;

    fn material(writer: Writer, members: &str) -> Result<Option<KeyMaterial>, Wrong> {
        let raw = format!(r#"{{"type":"AsymmetricX509Cert",{members},{DATES}}}"#);
        let read = shapes::collection(&raw, writer, shapes::key)?;
        Ok(read.first().and_then(|key| key.key))
    }

    #[test]
    fn a_key_that_is_not_shown_is_no_key() {
        for writer in [
            Writer::Graph,
            Writer::AzureHound,
            Writer::Snapshot(Exchange::Any),
        ] {
            assert_eq!(material(writer, r#""keyId":null"#), Ok(None));
            assert_eq!(material(writer, r#""key":null"#), Ok(None));
        }
    }

    #[test]
    fn a_key_that_is_shown_and_empty_is_no_certificate() {
        for key in [r#""""#, r#"" ""#, "[]"] {
            let member = format!(r#""key":{key}"#);
            for writer in [Writer::Graph, Writer::AzureHound] {
                let read = material(writer, &member).unwrap().unwrap();
                assert!(!read.is_usable(), "{key}");
            }
        }
    }

    #[test]
    fn base64_numbers_and_flattened_numbers_are_one_key() {
        let text = material(Writer::Graph, r#""key":"MAMCAQE=""#);
        assert_eq!(text, Ok(Some(KeyMaterial::parse("MAMCAQE="))));
        for other in [
            r#""Key":[48,3,2,1,1]"#,
            r#""Key":"48 3 2 1 1""#,
            r#""key":"MAMC\u0041QE""#,
            r#""key":"MAMC\r\nAQE=\r\n""#,
        ] {
            assert_eq!(material(Writer::Graph, other), text, "{other}");
        }
    }

    #[test]
    fn a_key_of_another_type_is_an_error() {
        for key in ["7", "{}", "[256]", r#"["48"]"#] {
            let member = format!(r#""key":{key}"#);
            assert_eq!(material(Writer::Graph, &member), Err(Wrong::Type), "{key}");
        }
    }

    #[test]
    fn the_key_of_a_symmetric_credential_is_not_looked_at() {
        let raw = format!(r#"{{"type":"symmetric","key":"MAMCAQE=",{DATES}}}"#);
        for writer in [
            Writer::Graph,
            Writer::AzureHound,
            Writer::Snapshot(Exchange::Any),
        ] {
            let read = shapes::collection(&raw, writer, shapes::key).unwrap();
            assert_eq!(read[0].key, None);
        }
    }

    #[test]
    fn facts_count_in_a_snapshot_and_nowhere_else() {
        let facts = r#""publicKey":{"algorithm":"rsa","bits":2048,"thumbprint":"a538d00e8727ec5814e2fb107b3136376f22695b"}"#;
        let read = material(Writer::Snapshot(Exchange::Any), facts)
            .unwrap()
            .unwrap();
        assert!(read.is_usable());
        assert!(read.thumbprint.is_some());
        for writer in [Writer::Graph, Writer::AzureHound] {
            assert_eq!(material(writer, facts), Ok(None));
            let both = material(writer, &format!(r#"{facts},"key":"AAAA""#));
            assert!(!both.unwrap().unwrap().is_usable());
        }
        let both = material(
            Writer::Snapshot(Exchange::Any),
            &format!(r#"{facts},"key":"AAAA""#),
        );
        assert_eq!(both, Err(Wrong::value("a snapshot never holds a `key`")));
        assert_eq!(
            material(Writer::Snapshot(Exchange::Any), r#""publicKey":null"#),
            Ok(None)
        );
    }

    #[test]
    fn facts_that_are_not_whole_are_an_error() {
        for facts in [
            "7",
            "{}",
            r#"{"algorithm":"rsa"}"#,
            r#"{"algorithm":"rsa","bits":-1}"#,
            r#"{"algorithm":"lattice"}"#,
            r#"{"algorithm":"rsa","bits":2048,"thumbprint":"pTjQDocn7FgU4vsQezE2N28iaVs="}"#,
        ] {
            let member = format!(r#""publicKey":{facts}"#);
            assert!(
                material(Writer::Snapshot(Exchange::Any), &member).is_err(),
                "{facts}"
            );
        }
    }
}
