//! What grows in each case, how it is read, and how large it may become.

use super::inputs::{
    Input, broad_exceptions, exceptions_for_each, exceptions_over_secrets, failing_applications,
    federated, listed_windows, many_unknown_applications, many_windows_for_all, owners,
    passing_certificates, passing_secrets, passing_secrets_under_exceptions,
    passing_secrets_under_whole_exceptions, secrets, secrets_under_exceptions, service_principals,
    signing_keys, unknown_applications, windows_for_all, windows_of_many_days_for_all,
    windows_of_one,
};

/// What grows, and how it is read.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The command and its options.
    pub(crate) arguments: &'static str,
    /// Makes the input of a size.
    pub(crate) input: fn(usize) -> Input,
    /// The size of which the instructions are counted, and those of its double.
    pub(crate) small: usize,
    /// The size that must still be quick.
    pub(crate) full: usize,
}

/// Makes a line of `CASES`.
const fn case(
    name: &'static str,
    arguments: &'static str,
    input: fn(usize) -> Input,
    small: usize,
    full: usize,
) -> Case {
    Case {
        name,
        arguments,
        input,
        small,
        full,
    }
}

/// All cases.
pub(crate) const CASES: &[Case] = &[
    case(
        "secrets of one application, text",
        "check --report text --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "secrets of one application, text of all",
        "check -v --report text --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "secrets of one application, markdown",
        "check --report markdown --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "secrets of one application, json",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "secrets of one application, sarif",
        "check --report sarif --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "secrets of one application, junit",
        "check --report junit --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "secrets of one application, github",
        "check --report github --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "secrets of one application, gitlab",
        "check --report gitlab --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "secrets of one application, azure",
        "check --report azure --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "forecast of one application, text",
        "forecast --until 2027-12-31 --report text --policy credgate.yaml --inventory inventory.json",
        passing_secrets,
        1_000,
        20_000,
    ),
    case(
        "forecast of one application, json",
        "forecast --until 2027-12-31 --report json --policy credgate.yaml --inventory inventory.json",
        passing_secrets,
        1_000,
        20_000,
    ),
    case(
        "forecast of certificates",
        "forecast --until 2027-12-31 --report json --policy credgate.yaml --inventory inventory.json",
        passing_certificates,
        1_000,
        20_000,
    ),
    case(
        "secrets under pinned exceptions",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        secrets_under_exceptions,
        4_000,
        120_000,
    ),
    case(
        "pinned exceptions",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        exceptions_over_secrets,
        1_000,
        12_000,
    ),
    case(
        "exceptions without pins",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        broad_exceptions,
        1_000,
        12_000,
    ),
    case(
        "applications under windows that list them",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        listed_windows,
        2_000,
        90_000,
    ),
    case(
        "applications under windows for all",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        windows_for_all,
        2_000,
        90_000,
    ),
    case(
        "windows for all",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        many_windows_for_all,
        1_000,
        7_900,
    ),
    case(
        "windows of one application",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        windows_of_one,
        1_000,
        7_900,
    ),
    case(
        "owners",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        owners,
        10_000,
        300_000,
    ),
    case(
        "federated credentials",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        federated,
        4_000,
        100_000,
    ),
    case(
        "signing keys and their twins",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        signing_keys,
        4_000,
        100_000,
    ),
    case(
        "service principals",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        service_principals,
        4_000,
        100_000,
    ),
    case(
        "exceptions for applications that are not there",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        unknown_applications,
        1_000,
        12_000,
    ),
    case(
        "one exception for applications that are not there",
        "check --report json --policy credgate.yaml --inventory inventory.json",
        many_unknown_applications,
        4_000,
        100_000,
    ),
    case(
        "forecast under exceptions",
        "forecast --until 2027-12-31 --report json --policy credgate.yaml --inventory inventory.json",
        passing_secrets_under_exceptions,
        500,
        5_000,
    ),
    case(
        "forecast under exceptions without pins",
        "forecast --until 2027-12-31 --report json --policy credgate.yaml --inventory inventory.json",
        passing_secrets_under_whole_exceptions,
        500,
        5_000,
    ),
    case(
        "forecast of windows for all",
        "forecast --until 2027-12-31 --report json --policy credgate.yaml --inventory inventory.json",
        windows_of_many_days_for_all,
        500,
        7_900,
    ),
    case(
        "forecast of exceptions without applications",
        "forecast --until 2027-12-31 --report json --policy credgate.yaml --inventory inventory.json",
        unknown_applications,
        1_000,
        12_000,
    ),
    case(
        "adoption of one application",
        "init --adopt --term 90d --policy credgate.yaml --inventory inventory.json",
        secrets,
        4_000,
        60_000,
    ),
    case(
        "adoption of many applications",
        "init --adopt --term 90d --policy credgate.yaml --inventory inventory.json",
        failing_applications,
        500,
        10_000,
    ),
    case(
        "review of added exceptions",
        "review --base base.yaml --head credgate.yaml --report json --allow-loosening",
        exceptions_for_each,
        1_000,
        12_000,
    ),
    case(
        "review of added exceptions, with findings",
        "review --base base.yaml --head credgate.yaml --inventory inventory.json --report json --allow-loosening",
        exceptions_for_each,
        1_000,
        12_000,
    ),
    case(
        "review of exceptions over secrets",
        "review --base base.yaml --head credgate.yaml --inventory inventory.json --report json --allow-loosening",
        exceptions_over_secrets,
        500,
        12_000,
    ),
    case(
        "review of added windows",
        "review --base base.yaml --head credgate.yaml --inventory inventory.json --report json --allow-loosening",
        listed_windows,
        500,
        7_900,
    ),
    case(
        "prune of exceptions",
        "policy prune --dry-run --inventory inventory.json",
        exceptions_over_secrets,
        500,
        12_000,
    ),
    case(
        "prune of windows",
        "policy prune --dry-run --inventory inventory.json",
        listed_windows,
        1_000,
        7_900,
    ),
];
