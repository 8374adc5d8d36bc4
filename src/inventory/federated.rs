//! An entry of `federatedIdentityCredentials`, and the audiences with which Entra exchanges tokens.
//!
//! In: the members of an entry. Out: a federated credential of the model. Nobody is trusted here; the policy decides that.

use std::borrow::Cow;

use super::exchange::Exchange;
use super::fields::FederatedField;
use super::shapes::{Fields, Writer, Wrong, words};
use crate::model::FederatedCredential;

/// Reads an entry of `federatedIdentityCredentials`.
pub(super) fn federated(entry: &Fields<'_, FederatedField>) -> Result<FederatedCredential, Wrong> {
    let issuer = entry.needed(FederatedField::Issuer)?;
    let expression = entry.raw(FederatedField::ClaimsMatchingExpression);
    // The subject of a flexible one is null, and only Graph's beta shows its expression.
    let subject = entry.words(FederatedField::Subject)?;
    // With a blank name nobody can sign in, and so it is no alternative to a secret.
    if issuer.trim().is_empty() || subject.as_ref().is_some_and(|it| it.trim().is_empty()) {
        return Err(Wrong::value("an `issuer` or a `subject` is blank"));
    }
    let flexible = expression.is_some_and(|raw| raw != "null");
    Ok(FederatedCredential {
        id: entry.key_id(FederatedField::Id)?,
        issuer: issuer.into(),
        subject: subject.map(Into::into),
        flexible,
        is_for_exchange: is_for_exchange(entry)?,
    })
}

/// Tells whether one of the audiences is an exchange audience; one that is absent is not.
fn is_for_exchange(entry: &Fields<'_, FederatedField>) -> Result<bool, Wrong> {
    let Some(raw) = entry.raw(FederatedField::Audiences) else {
        return Ok(false);
    };
    let exchange = match entry.writer {
        Writer::Graph | Writer::AzureHound => Exchange::Any,
        Writer::Snapshot(exchange) => exchange,
    };
    let audiences: Vec<String> = if raw.starts_with('[') {
        serde_json::from_str(raw).map_err(|_| Wrong::value("an audience is not a text"))?
    } else {
        words(raw)?.into_iter().map(Cow::into_owned).collect()
    };
    let mut audiences = audiences.iter();
    Ok(audiences.any(|audience| exchange.accepts(audience)))
}

#[cfg(test)]
mod tests {
    use super::super::shapes::collection;
    use super::*;

    #[test]
    fn what_has_no_issuer_is_no_federated_credential() {
        let missing = Wrong::Value("missing field `issuer`".into());
        for raw in [r#"{"Count":0}"#, "{}", r#"[{"issuer":null,"subject":"a"}]"#] {
            assert_eq!(
                collection(raw, Writer::Graph, federated),
                Err(missing.clone()),
                "{raw}"
            );
        }
        for raw in [
            r#"[{"issuer":" ","subject":"a"}]"#,
            r#"[{"issuer":"https://a.example","subject":""}]"#,
        ] {
            assert!(collection(raw, Writer::Graph, federated).is_err(), "{raw}");
        }
        let flexible = r#"[{"issuer":"https://a.example","subject":null}]"#;
        assert!(collection(flexible, Writer::Graph, federated).is_ok());
    }

    #[test]
    fn a_snapshot_accepts_the_audience_of_its_cloud_and_a_file_that_of_any() {
        let read = |writer, audiences: &str| {
            let raw = format!(
                r#"[{{"issuer":"https://a.example","subject":"b","audiences":{audiences}}}]"#
            );
            collection(&raw, writer, federated).unwrap()[0].is_for_exchange
        };
        let china = r#"["api://else", "api://AzureADTokenExchangeChina"]"#;
        let of = |cloud| Writer::Snapshot(Exchange::of_cloud(cloud));
        assert!(read(Writer::Graph, china) && read(of("china"), china));
        assert!(read(of("https://graph.example"), china));
        assert!(!read(of("global"), china) && !read(of("usgov"), china));
        for other in [
            "null",
            "[]",
            r#""api://azureadtokenexchange""#,
            r#"["api://AzureADTokenExchange "]"#,
        ] {
            assert!(!read(Writer::Graph, other), "{other}");
        }
    }
}
