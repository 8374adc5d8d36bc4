//! `credgate init`: the first policy of somebody who has none. It asks nothing, and never overwrites unasked. With
//! `--adopt`, what fails today becomes exceptions.

use credgate::policy;

use super::adopt;
use super::args::Init;
use super::manual::printed;
use super::policy_file::PolicyFile;
use super::{Exit, Failure};

/// The preset of somebody who names none.
const USUAL: &str = "baseline";

/// Writes the policy, and says what comes next.
pub(crate) fn run(arguments: &Init) -> Result<Exit, Failure> {
    let folder = std::env::current_dir().unwrap_or_default();
    let file = PolicyFile::named(&arguments.policy, &folder);
    if arguments.adopt {
        return adopt::run(arguments, &file, &folder);
    }
    let (preset, text) = first(arguments)?;
    if arguments.force {
        file.overwrite(&text)?;
    } else if file.exists() {
        return Err(file.taken());
    } else {
        file.create(&text)?;
    }
    printed(&said(&file, preset))
}

/// Returns the text of a new policy, and the preset that it extends.
pub(super) fn first(arguments: &Init) -> Result<(&str, String), Failure> {
    let preset = arguments.preset.as_deref().unwrap_or(USUAL);
    let text = policy::first(preset).ok_or_else(Failure::internal)?;
    Ok((preset, text))
}

fn said(file: &PolicyFile<'_>, preset: &str) -> String {
    let shown = credgate::escape::printable(&file.shown);
    let named = file.as_option();
    format!(
        "{shown}: written; it extends the preset `{preset}`\n\
         Judge the tenant:\n  \
         az ad app list --all > apps.json\n  \
         az ad sp list --all > service-principals.json\n  \
         credgate check{named} --inventory apps.json --inventory service-principals.json\n"
    )
}
