//! Everything that can be wrong with the exceptions files that a policy names.
//!
//! In: the words of one problem. Out: its sentence, its code and its remedy, as of every [`Fault`](super::fault::Fault).

use miette::Diagnostic;
use thiserror::Error;

/// One thing that is wrong with `exceptions-from`, or with a file that it names.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub(super) enum ExceptionsFault {
    // The item.
    #[error("`{path}` is no relative path")]
    #[diagnostic(
        code(policy::exceptions_not_relative),
        help(
            "name a file in the folder of this policy, or several, with `/` between folders, such as `exceptions/*.yaml`"
        )
    )]
    NotRelative { path: String },
    #[error("`{path}` leads out of the folder of this policy")]
    #[diagnostic(
        code(policy::exceptions_outside),
        help("exceptions files lie in the folder of the policy that names them, or below it")
    )]
    Up { path: String },
    #[error("`{path}` holds a wildcard that is not known here")]
    #[diagnostic(
        code(policy::exceptions_wildcard),
        help(
            "`*` stands for any letters of one name and `?` for one letter; there is no `**` and no `[…]`"
        )
    )]
    Wildcard { path: String },

    // The search.
    #[error("`exceptions-from` names more than {limit} files")]
    #[diagnostic(
        code(policy::exceptions_too_many),
        help("bring some of them together in one file")
    )]
    TooManyFiles { limit: usize },
    #[error("finding the files that `exceptions-from` names takes more than {limit} steps")]
    #[diagnostic(
        code(policy::exceptions_too_many),
        help("name them with fewer wildcards")
    )]
    TooManySteps { limit: usize },
    #[error("no file matches `{path}`")]
    #[diagnostic(
        code(policy::exceptions_unmatched),
        help(
            "take it out, or mend the path, which is relative to this file; no wildcard matches a name that begins with a dot"
        )
    )]
    Unmatched { path: String },
    #[error("a name that matches `{path}` holds letters that no policy can name")]
    #[diagnostic(
        code(policy::exceptions_name),
        help("rename the file: no control characters, no `\\` and no `:`")
    )]
    Name { path: String },

    // The file.
    #[error("these exceptions cannot be loaded: {reason}")]
    #[diagnostic(
        code(policy::exceptions_unreadable),
        help("the path is relative to this file; name a readable exceptions file")
    )]
    Unreadable { reason: String },
    #[error("`{path}` lies outside of the folder of this policy")]
    #[diagnostic(
        code(policy::exceptions_outside),
        help(
            "exceptions files lie in the folder of the policy that names them, or below it, links resolved; copy the file there"
        )
    )]
    Outside { path: String },
    #[error("`{path}` is this policy itself, or one that extends it or that it extends")]
    #[diagnostic(
        code(policy::exceptions_policy),
        help("an exceptions file holds exceptions only; keep it apart from policies")
    )]
    IsPolicy { path: String },
    #[error("the files of the policy have more than {limit} bytes together")]
    #[diagnostic(code(policy::too_large), help("take out exceptions that have expired"))]
    TooLargeTogether { limit: usize },
    #[error("a policy that was not read from a file has no exceptions files")]
    #[diagnostic(
        code(policy::exceptions_without_file),
        help("save it as a file, or list its exceptions under `exceptions`")
    )]
    WithoutFile,

    // What stands in it.
    #[error("this exceptions file is empty")]
    #[diagnostic(
        code(policy::empty),
        help("it starts with `version: 1` and lists `exceptions`; `exceptions: []` lists none")
    )]
    Empty,
    #[error("unknown key `{key}`: an exceptions file holds exceptions only")]
    #[diagnostic(
        code(policy::unknown_key),
        help("{remedy} (all else stands in the policy that names this file)")
    )]
    OtherKey { key: String, remedy: String },
}
