//! Which way is chosen, and what is said when none can be.

use std::collections::BTreeMap;

use super::*;

const CLIENT: &str = "0f9e8d7c-6b5a-4938-8271-605f4e3d2c1b";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";
const CANARY: &str = "canary-4f1c";

/// Everything that every way needs.
const ALL: &[(&str, &str)] = &[
    (
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "https://token.actions.example/?v=2",
    ),
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", CANARY),
    ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token"),
    ("SYSTEM_OIDCREQUESTURI", "https://dev.azure.example/oidc"),
    ("SYSTEM_ACCESSTOKEN", CANARY),
    ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", OTHER),
    ("IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token"),
    ("IDENTITY_HEADER", CANARY),
    ("AZURE_CLIENT_CERTIFICATE_PATH", "gate.pem"),
    ("CREDGATE_ACCESS_TOKEN", CANARY),
    ("AZURE_CLIENT_SECRET", CANARY),
    ("AZURE_CLIENT_ID", CLIENT),
    ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
];

struct Situation {
    wanted: Wanted,
    variables: BTreeMap<String, String>,
}

impl Situation {
    fn everything() -> Self {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            wanted: Wanted::default(),
            variables: ALL.iter().map(pair).collect(),
        }
    }

    fn nothing() -> Self {
        Self {
            wanted: Wanted::default(),
            variables: BTreeMap::new(),
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn without(mut self, names: &[&str]) -> Self {
        self.variables
            .retain(|name, _| !names.contains(&name.as_str()));
        self
    }

    fn asking_for(mut self, method: Method) -> Self {
        self.wanted.method = Some(method);
        self
    }

    fn choose(&self) -> Result<SignIn, GraphError> {
        let environment = |name: &str| self.variables.get(name).cloned();
        SignIn::choose(&self.wanted, &environment, &Cloud::named("global").unwrap())
    }

    fn message(&self) -> String {
        let error = self.choose().unwrap_err();
        assert_eq!(error.cause, Cause::SignIn);
        let text = error.to_string();
        assert!(!text.contains(CANARY), "{text}");
        text
    }
}

/// A folder in which `az` is installed and somebody is signed in.
fn azure_cli() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let name = if cfg!(windows) { "az.cmd" } else { "az" };
    std::fs::write(folder.path().join(name), "").unwrap();
    let profile = folder.path().join("azureProfile.json");
    std::fs::write(profile, "\u{feff}{\"subscriptions\":[{}]}").unwrap();
    folder
}

#[test]
fn the_first_way_that_is_configured_is_chosen_and_the_others_are_told() {
    let folder = azure_cli();
    let folder = folder.path().to_str().unwrap();
    let marks: &[(Method, &[&str])] = &[
        (Method::GithubOidc, &["ACTIONS_ID_TOKEN_REQUEST_URL"]),
        (Method::WorkloadIdentity, &["AZURE_FEDERATED_TOKEN_FILE"]),
        (Method::AzurePipelines, &["SYSTEM_OIDCREQUESTURI"]),
        (Method::ManagedIdentity, &["IDENTITY_ENDPOINT"]),
        (Method::AzureCli, &["AZURE_CONFIG_DIR"]),
        (
            Method::ClientCertificate,
            &["AZURE_CLIENT_CERTIFICATE_PATH"],
        ),
        (Method::AccessToken, &["CREDGATE_ACCESS_TOKEN"]),
        (Method::ClientSecret, &["AZURE_CLIENT_SECRET"]),
    ];
    let mut situation = Situation::everything()
        .with("AZURE_CONFIG_DIR", folder)
        .with("PATH", folder);
    for (index, (method, mark)) in marks.iter().enumerate() {
        let sign_in = situation.choose().unwrap();
        assert_eq!(sign_in.method(), *method);
        assert_eq!(sign_in.also_configured(), &Method::ALL[index + 1..]);
        situation = situation.without(mark);
    }
    assert!(situation.choose().is_err());
}

#[test]
fn what_is_asked_for_comes_before_what_is_first() {
    for method in Method::ALL {
        if *method == Method::AzureCli {
            continue;
        }
        let sign_in = Situation::everything().asking_for(*method).choose();
        let sign_in = sign_in.unwrap();
        assert_eq!(sign_in.method(), *method);
        assert!(!sign_in.also_configured().contains(method));
        assert_eq!(sign_in.also_configured().len(), Method::ALL.len() - 2);
    }
}

#[test]
fn a_certificate_on_the_command_line_asks_for_its_way() {
    let mut situation = Situation::everything();
    situation.wanted.service_connection_id = Some(OTHER.to_owned());
    let method = situation.choose().unwrap().method();
    assert_eq!(method, Method::AzurePipelines);
    situation.wanted.certificate = Some(PathBuf::from("gate.pem"));
    let method = situation.choose().unwrap().method();
    assert_eq!(method, Method::ClientCertificate);
    situation.wanted.method = Some(Method::AccessToken);
    assert_eq!(situation.choose().unwrap().method(), Method::AccessToken);
}

#[test]
fn only_the_client_secret_is_warned_of() {
    for method in [
        Method::GithubOidc,
        Method::AccessToken,
        Method::ClientSecret,
    ] {
        let sign_in = Situation::everything().asking_for(method).choose().unwrap();
        let is_secret = method == Method::ClientSecret;
        assert_eq!(sign_in.warning().is_some(), is_secret, "{method}");
    }
}

#[test]
fn an_empty_variable_is_not_set() {
    let situation = Situation::everything()
        .with("ACTIONS_ID_TOKEN_REQUEST_URL", "")
        .with("AZURE_FEDERATED_TOKEN_FILE", " ");
    let sign_in = situation.choose().unwrap();
    assert_eq!(sign_in.method(), Method::AzurePipelines);
    let mut situation = Situation::everything().with("AZURE_CLIENT_ID", OTHER);
    situation.wanted.client_id = Some(String::new());
    assert_eq!(situation.choose().unwrap().client_id(), Some(OTHER));
}

#[test]
fn the_command_line_comes_before_the_environment() {
    let mut situation = Situation::everything();
    situation.wanted.client_id = Some(OTHER.to_owned());
    situation.wanted.tenant_id = Some(OTHER.to_owned());
    let sign_in = situation.choose().unwrap();
    assert_eq!(sign_in.client_id(), Some(OTHER));
    assert_eq!(sign_in.tenant_id(), Some(OTHER));
}

#[test]
fn a_service_connection_brings_its_own_application() {
    let situation = Situation::everything()
        .asking_for(Method::AzurePipelines)
        .with("AZURESUBSCRIPTION_CLIENT_ID", OTHER)
        .with("AZURESUBSCRIPTION_TENANT_ID", OTHER);
    let sign_in = situation.choose().unwrap();
    assert_eq!(sign_in.client_id(), Some(OTHER));
    assert_eq!(sign_in.tenant_id(), Some(OTHER));
}

/// A way, what is taken away from it, and what must be said then.
const MISSING: &[(Method, &str, &str)] = &[
    (
        Method::GithubOidc,
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "id-token: write",
    ),
    (
        Method::GithubOidc,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "id-token: write",
    ),
    (
        Method::GithubOidc,
        "AZURE_CLIENT_ID",
        "--client-id or AZURE_CLIENT_ID",
    ),
    (
        Method::GithubOidc,
        "AZURE_TENANT_ID",
        "--tenant-id or AZURE_TENANT_ID",
    ),
    (
        Method::WorkloadIdentity,
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_FEDERATED_TOKEN_FILE",
    ),
    (
        Method::AzurePipelines,
        "SYSTEM_ACCESSTOKEN",
        "$(System.AccessToken)",
    ),
    (
        Method::AzurePipelines,
        "SYSTEM_OIDCREQUESTURI",
        "set by Azure Pipelines",
    ),
    (
        Method::AzurePipelines,
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "--service-connection-id",
    ),
    (
        Method::ClientCertificate,
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "--certificate",
    ),
    (
        Method::AccessToken,
        "CREDGATE_ACCESS_TOKEN",
        "lacks CREDGATE_ACCESS_TOKEN",
    ),
    (
        Method::ClientSecret,
        "AZURE_CLIENT_SECRET",
        "lacks AZURE_CLIENT_SECRET",
    ),
    (Method::AzureCli, "PATH", "install the Azure CLI"),
];

#[test]
fn what_is_missing_is_named_with_how_to_set_it() {
    for (method, missing, words) in MISSING {
        let situation = Situation::everything().asking_for(*method);
        let text = situation.without(&[missing]).message();
        assert!(
            text.starts_with(&format!("--auth {method} lacks ")),
            "{text}"
        );
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn nothing_at_all_names_the_three_best_ways() {
    let text = Situation::nothing().message();
    assert!(
        text.starts_with("no sign-in is configured; on GitHub"),
        "{text}"
    );
    for words in [
        "`permissions: id-token: write`",
        "`az login`",
        "CREDGATE_ACCESS_TOKEN",
    ] {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn what_was_begun_is_told_when_nothing_is_complete() {
    let situation = Situation::nothing().with("AZURE_CLIENT_SECRET", CANARY);
    let text = situation.message();
    assert!(text.contains("client-secret lacks a client id"), "{text}");
}

#[test]
fn a_virtual_machine_is_asked_only_if_wanted() {
    let situation = Situation::nothing().with("IDENTITY_ENDPOINT", "http://127.0.0.1/");
    assert!(situation.choose().is_err());
    let sign_in = Situation::nothing()
        .asking_for(Method::ManagedIdentity)
        .choose();
    let Way::ManagedIdentity {
        endpoint,
        client_id,
    } = sign_in.unwrap().way
    else {
        panic!("another way");
    };
    assert_eq!(endpoint.host_str(), Some("169.254.169.254"));
    assert_eq!(client_id, None);
}

#[test]
fn cloud_shell_goes_on_to_the_azure_cli() {
    let folder = azure_cli();
    let folder = folder.path().to_str().unwrap();
    let situation = || {
        Situation::nothing()
            .with("MSI_ENDPOINT", "http://localhost:50342/oauth2/token")
            .with("AZURE_CONFIG_DIR", folder)
            .with("PATH", folder)
    };
    assert_eq!(situation().choose().unwrap().method(), Method::AzureCli);
    let text = situation().asking_for(Method::ManagedIdentity).message();
    assert!(text.contains("--auth azure-cli in Cloud Shell"), "{text}");
}

#[test]
fn a_broken_piece_stops_the_run_and_does_not_lead_to_another_way() {
    for (name, value, words) in [
        (
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "http://example.com/",
            "https://",
        ),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "example", "https://"),
        (
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "canary-4f1c\nx",
            "newline in token",
        ),
        ("AZURE_CLIENT_ID", "my app", "no GUID"),
        ("AZURE_TENANT_ID", "contoso; rm -rf", "tenant id"),
        ("AZURE_TENANT_ID", "../common", "tenant id"),
        ("AZURE_TENANT_ID", "a/b", "tenant id"),
        ("AZURE_TENANT_ID", "--output", "tenant id"),
    ] {
        let text = Situation::everything().with(name, value).message();
        assert!(text.contains(words), "{name}: {text}");
    }
}

#[test]
fn a_token_is_trimmed_and_must_be_one_word() {
    for wrong in [
        "canary-4f1c\nx",
        "canary-4f1c x",
        "canary-4f1c\u{7f}",
        "canary-4f1c\u{e9}",
    ] {
        let text = Situation::nothing()
            .with("CREDGATE_ACCESS_TOKEN", wrong)
            .message();
        assert!(
            text.contains("`CREDGATE_ACCESS_TOKEN` holds no token"),
            "{text}"
        );
    }
    let situation = Situation::nothing().with("CREDGATE_ACCESS_TOKEN", " token\r\n");
    let Way::AccessToken(token) = situation.choose().unwrap().way else {
        panic!("another way");
    };
    assert_eq!(token.expose(), "token");
}

#[test]
fn debug_shows_nothing_secret() {
    for method in Method::ALL {
        if *method == Method::AzureCli {
            continue;
        }
        let situation = Situation::everything()
            .with("AZURE_CLIENT_CERTIFICATE_PASSWORD", CANARY)
            .asking_for(*method);
        let text = format!("{:?}", situation.choose().unwrap());
        assert!(!text.contains(CANARY), "{text}");
    }
}
