//! A collection in every order, read twice as the stream reads it.

use proptest::prelude::*;

use super::*;
use crate::model::{Application, Known};

const APPLICATION: &str = r#"{"kind":"AZApp","data":{"id":"A0000000-0000-4000-8000-000000000001","appId":"B0000000-0000-4000-8000-000000000001"}}"#;
const OTHER: &str = r#"{"kind":"AZApp","data":{"id":"A0000000-0000-4000-8000-000000000002","appId":"B0000000-0000-4000-8000-000000000002"}}"#;
const PRINCIPAL: &str = r#"{"kind":"AZServicePrincipal","data":{"id":"C0000000-0000-4000-8000-000000000001","appId":"B0000000-0000-4000-8000-000000000001"}}"#;
const OWNERS: &str = r#"{"kind":"AZAppOwner","data":{"owners":[{"owner":{"id":"D"},"appId":"A0000000-0000-4000-8000-000000000001"}],"appId":"b0000000-0000-4000-8000-000000000001"}}"#;
const NO_OWNERS: &str = r#"{"kind":"AZAppOwner","data":{"owners":null,"appId":"b0000000-0000-4000-8000-000000000002"}}"#;
const FEDERATED: &str = r#"{"kind":"AZFederatedIdentityCredential","data":{"fics":[{"fic":{"id":"E0000000-0000-4000-8000-000000000001","issuer":"https://a.example","subject":"s"},"appId":"B"}],"appId":"B0000000-0000-4000-8000-000000000001"}}"#;
const USER: &str = r#"{"kind":"AZUser","data":{"id":"F","objectId":"F"}}"#;

const RECORDS: [&str; 7] = [
    APPLICATION,
    OTHER,
    PRINCIPAL,
    OWNERS,
    NO_OWNERS,
    FEDERATED,
    USER,
];

fn file(records: &[&str]) -> String {
    let count = records.len();
    let records = records.join(",\n\t\t");
    format!(
        "{{\n\t\"data\": [\n\t\t{records}\n\t],\n\t\"meta\": {{\"type\":\"azure\",\"version\":5,\"count\":{count}}}\n}}\n"
    )
}

fn turn(document: &mut impl Objects) -> Result<Vec<Object>, InventoryError> {
    let mut objects = Vec::new();
    while let Some(placed) = document.next()? {
        objects.push(placed.object);
    }
    Ok(objects)
}

/// Reads a file in its two turns.
fn read(text: &str) -> Result<(Vec<Object>, Vec<Object>), InventoryError> {
    let open = || AzureHoundDocument::open(std::io::Cursor::new(text.as_bytes().to_vec()), "file");
    let (mut first, mut second) = (open(), open());
    let service_principals = turn(&mut first)?;
    second.begin_second(first.take_links());
    Ok((service_principals, turn(&mut second)?))
}

fn application(objects: &[Object], last_digit: char) -> &Application {
    let mut applications = objects.iter().filter_map(|object| match object {
        Object::Application(application) => Some(application),
        Object::ServicePrincipal(_) | Object::TenantPolicy(_) => None,
    });
    applications
        .find(|it| it.app_id.to_string().ends_with(last_digit))
        .unwrap()
}

proptest! {
    #[test]
    fn the_order_of_the_records_decides_nothing(records in Just(RECORDS.to_vec()).prop_shuffle()) {
        let (first, second) = read(&file(&records)).unwrap();
        prop_assert!(matches!(first.as_slice(), [Object::ServicePrincipal(_)]));
        prop_assert_eq!(second.len(), 2);
        let (one, other) = (application(&second, '1'), application(&second, '2'));
        prop_assert_eq!(one.has_owner, Known::Known(true));
        prop_assert_eq!(one.federated.as_option().map(Vec::len), Some(1));
        prop_assert_eq!(other.has_owner, Known::Known(false));
        prop_assert_eq!(&other.federated, &Known::Unknown);
    }

    #[test]
    fn a_record_that_is_taken_out_is_missed(at in 0..RECORDS.len()) {
        let mut records = RECORDS.to_vec();
        records.remove(at);
        let text = file(&records).replace("\"count\":6", "\"count\":7");
        prop_assert!(read(&text).is_err());
    }

    #[test]
    fn a_file_that_is_cut_is_missed(length in 0_usize..1_000) {
        let text = file(&RECORDS);
        prop_assert!(read(&text[..length.min(text.trim_end().len() - 1)]).is_err());
    }
}
