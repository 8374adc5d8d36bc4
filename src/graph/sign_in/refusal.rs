//! What a refused sign-in is called, and what to do about it.
//!
//! In: the status and the body of an answer that is no token. Out: an error with a remedy. Of the body only the number of
//! Entra's error is taken; its text can echo the request.

use serde::Deserialize;

use crate::graph::error::{Cause, GraphError};

/// Entra's numbers, what each means, what to do about it.
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
const REFUSALS: &[(&[u32], &str, &str)] = &[
    (
        &[700_016],
        "the application is not in this tenant",
        "check client id and tenant id; an application of another tenant must be consented to in this one first",
    ),
    (
        &[90_002, 900_023],
        "there is no such tenant",
        "check the tenant id, and that the cloud is the one the tenant is in",
    ),
    (
        &[7_000_215],
        "the client secret is wrong",
        "give the secret's value, not its id; better, replace it by a federated credential",
    ),
    (
        &[7_000_222],
        "the client secret has expired",
        "do not renew it: replace it by a federated credential",
    ),
    (
        &[7_000_112],
        "the application is switched off in this tenant",
        "enable its service principal, or use another application",
    ),
    (
        &[700_024],
        "the assertion is out of its time",
        "check the clock of this machine; if a step ran for long before this one, ask for a new identity token",
    ),
    (
        &[700_027],
        "the signature of the assertion is not accepted: the certificate is not registered on the application",
        "upload the certificate: `az ad app credential reset --id <client id> --append --cert @certificate.pem`",
    ),
    (
        &[70_021, 700_213],
        "no federated credential of the application matches the subject of this job",
        ADD_FEDERATION,
    ),
    (
        &[700_211],
        "no federated credential of the application matches the issuer of this job",
        ADD_FEDERATION,
    ),
    (
        &[700_212],
        "no federated credential of the application matches the audience",
        ADD_FEDERATION,
    ),
    (
        &[53_000, 53_001, 53_003, 53_004],
        "a conditional access policy blocks the sign-in",
        "ask who manages conditional access to let this identity in, or run the gate where the policy allows it",
    ),
    (
        &[50_034, 50_020],
        "the account does not exist in this tenant",
        "check the tenant id, or sign in with an account of the tenant",
    ),
    (
        &[50_076, 50_079, 50_173, 70_043, 700_082, 700_084],
        "the sign-in is too old or lacks a second factor",
        "run `az login` again",
    ),
    (
        &[65_001],
        "nobody has consented to the permission",
        "grant admin consent: `az ad app permission admin-consent --id <client id>`",
    ),
];

/// The numbers of failures that pass by themselves, as the same page says: service unavailable, tenant throttled.
const PASSING: &[u32] = &[90_006, 90_033, 90_055];

const ADD_FEDERATION: &str = "compare issuer, subject and audience with `az ad app federated-credential list --id \
    <client id>`, and add what is missing with `az ad app federated-credential create`";

/// Entra's error, without its text.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error_codes: Vec<u32>,
}

/// Returns the number in an error of Entra.
pub(super) fn code_in_json(body: &[u8]) -> Option<u32> {
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    refusal.error_codes.first().copied()
}

/// Returns the number in a message that names it, such as `AADSTS700016: …`.
pub(super) fn code_in_text(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("AADSTS")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit());
    rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
}

/// Tells whether the same sign-in may be accepted later.
pub(super) fn may_pass(code: u32) -> bool {
    PASSING.contains(&code)
}

/// Says that Entra refused the sign-in.
pub(super) fn refused(code: u32) -> GraphError {
    let known = REFUSALS.iter().find(|(codes, ..)| codes.contains(&code));
    match known {
        Some((_, what, remedy)) => GraphError::new(
            Cause::SignIn,
            format!("Entra refused the sign-in with AADSTS{code}: {what}"),
            *remedy,
        ),
        None => GraphError::new(
            Cause::SignIn,
            format!("Entra refused the sign-in with AADSTS{code}"),
            format!("look it up at https://login.microsoftonline.com/error?code={code}"),
        ),
    }
}

/// Says that the token endpoint answered with something that is neither a token nor a refusal with a number.
pub(super) fn no_token(status: u16, body: &[u8]) -> GraphError {
    let what = match status {
        200..=299 => format!("the token endpoint answered with {}", kind(body)),
        300..=399 => {
            format!("the token endpoint sent a redirect ({status}), which is not followed")
        }
        429 => "the token endpoint asks for less (429)".to_owned(),
        _ => format!(
            "the token endpoint answered {status} with {}, not with a token",
            kind(body)
        ),
    };
    let remedy = match status {
        429 | 500..=599 => "run it again later; if it lasts, see https://azure.status.microsoft",
        _ => "check the cloud and the login endpoint; a proxy or a sign-in page may stand between",
    };
    GraphError::new(Cause::SignIn, what, remedy)
}

/// Says what a body is, in words of our own.
fn kind(body: &[u8]) -> &'static str {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => "nothing",
        Some(b'<') => "a page of HTML",
        Some(b'{') => "JSON that holds no token",
        Some(_) => "something that is not JSON",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_explained_once_and_with_a_remedy() {
        let mut seen = Vec::new();
        for (codes, what, remedy) in REFUSALS {
            for code in *codes {
                assert!(!seen.contains(code), "{code} twice");
                seen.push(*code);
                let text = refused(*code).to_string();
                assert!(text.contains(&format!("AADSTS{code}")), "{text}");
                assert!(text.contains(what) && text.contains(remedy), "{text}");
            }
        }
    }

    #[test]
    fn an_unknown_number_is_named() {
        let error = refused(1_234_567);
        assert_eq!(error.cause, Cause::SignIn);
        let text = error.to_string();
        assert!(text.starts_with("Entra refused the sign-in with AADSTS1234567; look it up"));
    }

    #[test]
    fn a_missing_federation_says_how_to_add_one() {
        for code in [70_021, 700_211, 700_212, 700_213] {
            let text = refused(code).to_string();
            assert!(text.contains("az ad app federated-credential create"));
        }
    }

    #[test]
    fn of_an_error_only_the_number_is_taken() {
        let body = br#"{"error":"invalid_client","error_description":"AADSTS7: canary","error_codes":[7000215,1]}"#;
        assert_eq!(code_in_json(body), Some(7_000_215));
        for other in [
            "",
            "[]",
            "{}",
            r#"{"error_codes":["7"]}"#,
            r#"{"error_codes":7}"#,
            "<html>",
        ] {
            assert_eq!(code_in_json(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_message_names_its_number() {
        assert_eq!(
            code_in_text("ERROR: AADSTS700082: The refresh"),
            Some(700_082)
        );
        assert_eq!(code_in_text("AADSTS50173"), Some(50_173));
        assert_eq!(code_in_text("AADSTS: none"), None);
        assert_eq!(code_in_text("AADSTS99999999999999"), None);
        assert_eq!(code_in_text(""), None);
    }

    #[test]
    fn a_body_is_described_and_not_shown() {
        for (body, words) in [
            ("", "nothing"),
            (" \n<html>canary</html>", "a page of HTML"),
            (r#"{"canary":1}"#, "JSON that holds no token"),
            ("client_secret=canary", "something that is not JSON"),
        ] {
            let text = no_token(200, body.as_bytes()).to_string();
            assert!(text.contains(words), "{text}");
            assert!(!text.contains("canary"), "{text}");
        }
    }
}
