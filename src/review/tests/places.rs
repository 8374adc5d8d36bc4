//! Where changes stand, and the extensions that a file lists.

use super::windows::with_window;
use super::{HEAD, change, changes, with_exception};

#[test]
fn extensions_that_the_file_lists_are_counted() {
    let extended = |ends: &str, expires: &str| {
        let ends = format!("    extended: [{ends}]\n    expires: {expires}");
        with_exception(&[("    expires: 2026-12-31", &ends)])
    };
    let once = extended("2026-10-31", "2026-12-31");
    let twice = change(&once, &extended("2026-10-31, 2026-12-31", "2027-02-28"));
    assert!(
        twice
            .text
            .ends_with("59 days later; it lists 2 earlier ends"),
        "{}",
        twice.text
    );
    assert_eq!(twice.cautions, [] as [String; 0]);
    let uncounted = change(&once, &extended("2026-10-31", "2027-02-28"));
    assert_eq!(
        uncounted.cautions,
        ["its end on 2026-12-31 is not listed under `extended`, so this extension is not counted"]
    );
    assert_eq!(
        changes(&once, &with_exception(&[])),
        ["loosens exception-reowned"]
    );
}

#[test]
fn a_change_stands_at_the_key_that_says_it() {
    let line_of = |base: &str, head: &str, key: &str| {
        let change = change(base, head);
        let line = head.lines().nth(change.place.line as usize - 1).unwrap();
        assert!(line.trim_start().starts_with(key), "{line}");
    };
    let plain = with_exception(&[]);
    line_of(
        &plain,
        &with_exception(&[("2026-12-31", "2027-03-31")]),
        "expires:",
    );
    line_of(
        &plain,
        &with_exception(&[("[secrets-only]", "[secrets-only, secret-age]")]),
        "rules:",
    );
    let pinned = with_exception(&[(
        "0f5d2f9f8a11]",
        "0f5d2f9f8a11, 22222222-6a0b-4f7e-9d5e-0f5d2f9f8a11]",
    )]);
    line_of(&plain, &pinned, "credentials:");
    let window = with_window(&[]);
    line_of(
        &window,
        &with_window(&[("closes: 2026-12-15", "closes: 2026-12-31")]),
        "closes:",
    );
    let all = with_window(&[("[5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]", "all")]);
    line_of(&window, &all, "applications:");
    let with =
        |governance: &str| format!("{HEAD}governance:\n  {governance}\n  window-max-term: 9d\n");
    line_of(
        &with("exception-max-term: 90d"),
        &with("exception-max-term: 180d"),
        "exception-max-term",
    );
    line_of(
        &with("exception-max-term: 90d"),
        &format!("{HEAD}governance:\n  window-max-term: 9d\n"),
        "governance",
    );
    line_of(HEAD, &with_exception(&[]), "- id");
    line_of(&plain, &format!("{HEAD}exceptions: []\n"), "exceptions");
}
