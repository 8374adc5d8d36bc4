//! What is given in place of an inventory, named for what it is, with the command that makes one.
//!
//! In: the beginning of a file, or an object that is neither an application nor a service principal. Out: what it
//! probably is. Nothing is decided here: without a name, the same input is refused in general words.

mod beginning;
mod object;

pub(super) use beginning::of_beginning;
pub(super) use object::of_object;

/// What a file is that is no inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum Mistaken {
    #[error("a message of the command stands above the inventory, or instead of it")]
    Message,
    #[error(
        "holds the message of a command that failed: nobody is signed in, or a right is missing"
    )]
    SignIn,
    #[error("is a table or a list for people to read, not JSON")]
    Table,
    #[error("is YAML, not JSON")]
    Yaml,
    #[error("is tab-separated text, not JSON")]
    Tsv,
    #[error("holds colour codes of a terminal")]
    Colours,
    #[error("is compressed")]
    Compressed,
    #[error("is a workbook of Excel")]
    Workbook,
    #[error("is XML of `Export-Clixml`, not JSON")]
    Clixml,
    #[error("is XML, not JSON")]
    Xml,
    #[error("is UTF-16 without the mark that says so")]
    Utf16WithoutMark,
    #[error("holds `null`: the command found nothing, or failed")]
    Null,
    #[error("is JSON inside a text")]
    JsonText,
    #[error(
        "holds answers of a `$batch` request: each list is in the `body` of one of its `responses`"
    )]
    Batch,
    #[error("holds the list in its member `{0}`, not in `value`")]
    Wrapped(&'static str),
    #[error("holds an answer inside its member `value`, in place of a list")]
    Nested,
    #[error("holds JSON as a text in its member `{0}`")]
    TextIn(&'static str),
    #[error("lists texts with JSON inside")]
    Texts,
    #[error("lists answers with a `value` each, not applications")]
    Answers,
    #[error("holds the table of a query, with its rows apart from the names of its columns")]
    QueryTable,
    #[error("has a row for each credential, and no object for each application")]
    CredentialRows,
    #[error("spells `{0}` with underscores, as in {snake}; Graph does not", snake = Snake(.0))]
    SnakeCase(&'static str),
    #[error(
        "is the answer that made an application from a template: the two objects are inside it"
    )]
    Template,
}

/// A name of Graph's with underscores between its words.
struct Snake<'a>(&'a str);

impl std::fmt::Display for Snake<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("`")?;
        for letter in self.0.chars() {
            if letter.is_ascii_uppercase() {
                f.write_str("_")?;
            }
            write!(f, "{}", letter.to_ascii_lowercase())?;
        }
        f.write_str("`")
    }
}

const JSON: &str = "export JSON, for example with `az ad app list --all --output json`, or with `ConvertTo-Json -Depth 5` in PowerShell";

impl Mistaken {
    /// Returns what to do about it.
    pub(super) const fn remedy(self) -> &'static str {
        match self {
            Self::Message => {
                "write standard output alone to the file, without `2>&1`: `az ad app list --all --only-show-errors --output json > apps.json`"
            }
            Self::SignIn => {
                "sign in with `az login` or `Connect-MgGraph`, and export it again without `2>&1`"
            }
            Self::Table | Self::Yaml | Self::Tsv | Self::Xml => JSON,
            Self::Colours => {
                "export it with `--output json` in place of `jsonc`, and without colours"
            }
            Self::Compressed => "unpack it, and name the file inside",
            Self::Workbook => "save the table as CSV UTF-8, or export JSON",
            Self::Clixml => {
                "make JSON of it: `Import-Clixml apps.xml | ConvertTo-Json -Depth 5 > apps.json`"
            }
            Self::Utf16WithoutMark => {
                "save it as UTF-8, for example with `Out-File -Encoding utf8`"
            }
            Self::Null => {
                "sign in, check what the command prints, and export it again; an empty list is `[]`"
            }
            Self::JsonText => "take the text out: `jq fromjson file.json > apps.json`",
            Self::Batch => {
                "save each answer to a file of one folder: `jq '.responses[0].body' batch.json > pages/1.json`, and so on"
            }
            Self::Wrapped(_) => {
                "take the list out: `jq '.NAME' file.json > apps.json`, with that member in place of NAME"
            }
            Self::TextIn(_) => {
                "take the text out: `jq -r '.NAME' file.json > apps.json`, with that member in place of NAME"
            }
            Self::Texts => "take the texts out: `jq 'map(fromjson)' file.json > apps.json`",
            Self::Nested => "take the answer out: `jq '.value' file.json > apps.json`",
            Self::Answers => {
                "write each answer to a file of one folder, for example with `jq -c '.[]' file.json | split -l 1 - pages/`, and name the folder"
            }
            Self::QueryTable => {
                "export the rows as JSON objects with the names `id`, `appId`, `displayName`, `passwordCredentials` and `keyCredentials`"
            }
            Self::CredentialRows => {
                "export whole applications: `az ad app list --all --output json`, or `Get-MgApplication -All | ConvertTo-Json -Depth 5`"
            }
            Self::SnakeCase(_) => {
                "rename in the query: `select id, app_id as \"appId\", password_credentials as \"passwordCredentials\", key_credentials as \"keyCredentials\"`"
            }
            Self::Template => {
                "take each out: `jq .application file.json > app.json`, `jq .servicePrincipal file.json > sp.json`"
            }
        }
    }
}
