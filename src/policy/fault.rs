//! Everything that can be wrong with a policy, and what to do about it.
//!
//! In: the words and numbers of one problem. Out: its sentence, its code and its remedy. The place is not here: see
//! `error`. Words that somebody else wrote are quoted as they are; whoever shows a fault makes them harmless.

use jiff::civil::Date;
use miette::Diagnostic;
use thiserror::Error;

use super::exceptions_fault::ExceptionsFault;
use crate::finding::Days;

/// One thing that is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub(super) enum Fault {
    // The file.
    #[error("empty value for --policy")]
    #[diagnostic(
        code(policy::no_file),
        help(
            "name the policy file, such as `--policy credgate.yaml`; an unset variable gives an empty value"
        )
    )]
    NoName,
    #[error("there is no file `{path}`")]
    #[diagnostic(
        code(policy::no_file),
        help("write a policy there, such as the one in the README, or name another file")
    )]
    NoFile { path: String },
    #[error("`{path}` is {kind}, and no file")]
    #[diagnostic(code(policy::no_file), help("name the policy file itself"))]
    NotAFile { path: String, kind: &'static str },
    #[error("`{path}` is a link that leads out of the {bounds} that holds it")]
    #[diagnostic(
        code(policy::link_outside),
        help("put the policy itself there, or name the file that is meant")
    )]
    LinkOutside { path: String, bounds: &'static str },
    #[error("`{path}` lies in a folder `.git`")]
    #[diagnostic(
        code(policy::gits_own),
        help("keep policies among the files that Git tracks")
    )]
    GitsOwn { path: String },
    #[error("`{path}` cannot be read: {reason}")]
    #[diagnostic(
        code(policy::unreadable),
        help("make the file readable for the user that runs credgate")
    )]
    Unreadable { path: String, reason: String },
    #[error("`{path}` has more than {limit} bytes")]
    #[diagnostic(
        code(policy::too_large),
        help("a policy is small; take out exceptions that have expired")
    )]
    TooLarge { path: String, limit: u64 },
    #[error("`{path}` is not UTF-8 text: the byte at offset {offset} is wrong")]
    #[diagnostic(code(policy::not_text), help("save the file as UTF-8"))]
    NotUtf8 { path: String, offset: usize },
    #[error("the policy is empty")]
    #[diagnostic(
        code(policy::empty),
        help("a policy starts with `version: 1` and lists `rules`, or `extends` a preset")
    )]
    Empty,

    // YAML.
    #[error("this is no YAML: {reason}")]
    #[diagnostic(code(policy::syntax), help("{remedy}"))]
    Syntax {
        reason: String,
        remedy: &'static str,
    },
    #[error("a policy holds no anchors")]
    #[diagnostic(
        code(policy::anchor),
        help("take out the `&name`, and write each value where it belongs")
    )]
    Anchor,
    #[error("a policy holds no aliases")]
    #[diagnostic(
        code(policy::alias),
        help("write the value itself in place of the `*name`")
    )]
    Alias,
    #[error("a policy holds no tags")]
    #[diagnostic(
        code(policy::tag),
        help("take out the tag; put quotes around text that begins with `!`")
    )]
    Tag,
    #[error("a policy holds no merge keys")]
    #[diagnostic(
        code(policy::merge_key),
        help("write the keys themselves in place of `<<`")
    )]
    MergeKey,
    #[error("a policy is one document, and here a second one starts")]
    #[diagnostic(
        code(policy::second_document),
        help("take out the `---`; keep other policies in files of their own")
    )]
    SecondDocument,
    #[error("this is nested more than {limit} levels deep")]
    #[diagnostic(
        code(policy::too_deep),
        help("no policy needs that; look for a bracket that is not closed")
    )]
    TooDeep { limit: usize },
    #[error("the policy has more than {limit} values")]
    #[diagnostic(
        code(policy::too_many_values),
        help("take out exceptions that have expired")
    )]
    TooManyValues { limit: usize },
    #[error("a key is text, and this is a collection")]
    #[diagnostic(code(policy::key_not_text), help("write `key: value`"))]
    KeyNotText,
    #[error("duplicate key `{key}`, first at line {line}")]
    #[diagnostic(code(policy::duplicate_key), help("keep one of the two"))]
    DuplicateKey { key: String, line: u32 },

    // The shape.
    #[error("unknown key `{key}`")]
    #[diagnostic(code(policy::unknown_key), help("{remedy}"))]
    UnknownKey { key: String, remedy: String },
    #[error("unknown rule `{rule}`")]
    #[diagnostic(code(policy::unknown_rule), help("{remedy}"))]
    UnknownRule { rule: String, remedy: String },
    #[error("`{rule}` is a rule about the policy itself, and no exception lifts it")]
    #[diagnostic(
        code(policy::policy_rule_lifted),
        help("take it out here, and set its level under `rules` if need be")
    )]
    PolicyRuleLifted { rule: String },
    #[error("{owner} lacks `{key}`")]
    #[diagnostic(code(policy::missing_key), help("add `{key}`: {meaning}"))]
    MissingKey {
        owner: String,
        key: String,
        meaning: String,
    },
    #[error("{expected} belongs here, and this is {found}")]
    #[diagnostic(code(policy::wrong_type), help("{remedy}"))]
    WrongType {
        expected: &'static str,
        found: &'static str,
        remedy: String,
    },
    #[error("this list is empty")]
    #[diagnostic(
        code(policy::empty_list),
        help("name at least one item, or take the key out")
    )]
    EmptyList,
    #[error("this list names an item twice")]
    #[diagnostic(code(policy::repeated_item), help("keep one of the two"))]
    RepeatedItem,
    #[error("this cannot be read: {reason}")]
    #[diagnostic(
        code(policy::unreadable_value),
        help("compare it with the schema that `credgate policy schema` prints")
    )]
    UnreadableValue { reason: String },

    // Values.
    #[error("`version` is not the number 1")]
    #[diagnostic(
        code(policy::unknown_version),
        help("write `version: 1`; another version needs another credgate")
    )]
    UnknownVersion,
    #[error("unknown word `{word}`")]
    #[diagnostic(code(policy::unknown_word), help("{remedy}"))]
    UnknownWord { word: String, remedy: String },
    #[error("this text is blank")]
    #[diagnostic(
        code(policy::blank),
        help("write what a reviewer needs to know, or take the key out if it may be absent")
    )]
    Blank,
    #[error("this text holds a control character")]
    #[diagnostic(
        code(policy::control_character),
        help("take it out; a terminal would obey it")
    )]
    ControlCharacter,
    #[error("`{text}` is no id")]
    #[diagnostic(
        code(policy::not_an_id),
        help("use ASCII letters, digits, `-`, `_` and `.`, a letter or digit first, at most 100")
    )]
    NotAnId { text: String },
    #[error("`{text}` is no day")]
    #[diagnostic(
        code(policy::not_a_day),
        help("write a day of the calendar as `YYYY-MM-DD`, such as `2026-12-31`")
    )]
    NotADay { text: String },
    #[error("`{text}` is no duration")]
    #[diagnostic(
        code(policy::not_a_duration),
        help(
            "write whole days or weeks, `90d`, `26w` or `P90D`: more than zero, at most 36500 days"
        )
    )]
    NotADuration { text: String },
    #[error("`{text}` is no GUID")]
    #[diagnostic(code(policy::not_a_guid), help("{remedy}"))]
    NotAGuid { text: String, remedy: &'static str },
    #[error("the nil GUID names nothing")]
    #[diagnostic(
        code(policy::nil_guid),
        help("write the id of the object that is meant")
    )]
    NilGuid,
    #[error("`{text}` is no issuer")]
    #[diagnostic(
        code(policy::not_an_issuer),
        help("write `https://host/path`; the host may begin with `*.`, the path may end in `/*`")
    )]
    NotAnIssuer { text: String },
    #[error("a window is for a list of appIds, or for `all`")]
    #[diagnostic(
        code(policy::not_a_scope),
        help("write a list, `[…]`, even of one appId")
    )]
    NotAScope,

    // What a policy extends.
    #[error("this text is blank")]
    #[diagnostic(code(policy::blank), help("{remedy}"))]
    ExtendsBlank { remedy: String },
    #[error("`{path}` is no preset and no relative path")]
    #[diagnostic(
        code(policy::extends_not_relative),
        help("name a preset, or a file relative to this one, with `/` between folders")
    )]
    ExtendsAbsolute { path: String },
    #[error("there is no preset `{name}`")]
    #[diagnostic(code(policy::extends_unknown_preset), help("{remedy}"))]
    ExtendsUnknownPreset { name: String, remedy: String },
    #[error("what it extends cannot be loaded: {reason}")]
    #[diagnostic(
        code(policy::extends_unreadable),
        help("the path is relative to this file; {remedy}")
    )]
    ExtendsUnreadable { reason: String, remedy: String },
    #[error("`{path}` lies outside of the {bounds} that holds the policy")]
    #[diagnostic(
        code(policy::extends_outside),
        help(
            "a policy extends files of its own Git repository (without one, of its own folder), links resolved; copy the file there"
        )
    )]
    ExtendsOutside { path: String, bounds: &'static str },
    #[error("`{path}` extends itself, in the end")]
    #[diagnostic(
        code(policy::extends_cycle),
        help("take out one `extends` of the circle")
    )]
    ExtendsCycle { path: String },
    #[error("more than {limit} policies extend one another")]
    #[diagnostic(
        code(policy::extends_too_deep),
        help("bring some of them together in one file")
    )]
    ExtendsTooDeep { limit: usize },
    #[error("a policy that was not read from a file can extend presets only")]
    #[diagnostic(code(policy::extends_without_file), help("save it as a file"))]
    ExtendsWithoutFile,

    // Where its further exceptions lie.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Exceptions(#[from] ExceptionsFault),

    // What the parts say together.
    #[error("no active rule: nothing would be judged")]
    #[diagnostic(
        code(policy::no_active_rule),
        help("list a rule with a level other than `off`, or write `extends: baseline`")
    )]
    NoActiveRule,
    #[error("this policy is for another tenant than what it extends (`{other}`)")]
    #[diagnostic(
        code(policy::tenant_conflict),
        help("name the tenant in one of the two files only")
    )]
    TenantConflict { other: String },
    #[error("{kind} `{id}` is listed twice, first at {other}")]
    #[diagnostic(
        code(policy::repeated_id),
        help("ids are unique over all files of a policy; give one of them another id")
    )]
    RepeatedId {
        kind: &'static str,
        id: String,
        other: String,
    },
    #[error("exception `{id}`: `expires` ({expires}) lies before `granted` ({granted})")]
    #[diagnostic(
        code(policy::dates_reversed),
        help("an exception ends on the day it is granted or later")
    )]
    ExpiresBeforeGranted {
        id: String,
        granted: Date,
        expires: Date,
    },
    #[error("exception `{id}`: `extended` lists {later} before {earlier}")]
    #[diagnostic(
        code(policy::dates_reversed),
        help("list the ends that it had before, oldest first")
    )]
    ExtendedReversed {
        id: String,
        earlier: Date,
        later: Date,
    },
    #[error("exception `{id}`: `extended` lists {day}, before `granted` ({granted})")]
    #[diagnostic(
        code(policy::dates_reversed),
        help(
            "list the ends that it had since it was granted; an exception that is granted anew begins without any"
        )
    )]
    ExtendedBeforeGranted {
        id: String,
        day: Date,
        granted: Date,
    },
    #[error("exception `{id}`: `extended` lists {day}, and `expires` ({expires}) is no later")]
    #[diagnostic(
        code(policy::dates_reversed),
        help("list the ends that it had before; the one that it has now is `expires`")
    )]
    ExtendedAfterExpires {
        id: String,
        day: Date,
        expires: Date,
    },
    #[error("window `{id}`: `{later}` ({later_day}) lies before `{earlier}` ({earlier_day})")]
    #[diagnostic(
        code(policy::dates_reversed),
        help("the order is `opens`, `certificate-by`, `closes`; two of them may be the same day")
    )]
    WindowReversed {
        id: String,
        earlier: &'static str,
        earlier_day: Date,
        later: &'static str,
        later_day: Date,
    },
    #[error(
        "exception `{id}`: `expires` lies {term} after `granted`; `governance.exception-max-term` allows {limit}"
    )]
    #[diagnostic(code(policy::term_too_long), help("let it end on {latest} or before"))]
    ExceptionTooLong {
        id: String,
        term: Days,
        limit: Days,
        latest: String,
    },
    #[error(
        "window `{id}`: `closes` lies {term} after `opens`; `governance.window-max-term` allows {limit}"
    )]
    #[diagnostic(
        code(policy::term_too_long),
        help("let it close on {latest} or before")
    )]
    WindowTooLong {
        id: String,
        term: Days,
        limit: Days,
        latest: String,
    },
    #[error("window `{id}` is for all applications, and no `governance.window-max-term` bounds it")]
    #[diagnostic(
        code(policy::unbounded_window),
        help("set `window-max-term`, such as `90d`, or list the applications")
    )]
    UnboundedWindow { id: String },
    #[error("exception `{id}` lacks `{key}`, which `governance.require` asks for")]
    #[diagnostic(code(policy::required_by_governance), help("add `{key}`"))]
    RequiredByGovernance { id: String, key: &'static str },
    #[error("`{key}` allows {here}; {other} allows only {there}")]
    #[diagnostic(
        code(policy::governance_loosened),
        help("governance can only be tightened; allow {there} or less, or take the key out")
    )]
    GovernanceLoosened {
        key: &'static str,
        here: Days,
        there: Days,
        other: String,
    },
    #[error("`require` leaves out `{key}`, which {other} asks for")]
    #[diagnostic(
        code(policy::governance_loosened),
        help("governance can only be tightened; add `{key}`, or take `require` out")
    )]
    RequirementDropped { key: &'static str, other: String },
}
