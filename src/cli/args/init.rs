//! `credgate init`.

use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use credgate::policy::PRESETS;

#[derive(Debug, Args)]
#[command(after_help = INIT_EXAMPLES)]
pub(crate) struct Init {
    /// The policy to write, a YAML file
    #[arg(long, value_name = "FILE", default_value = "credgate.yaml", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) policy: String,

    /// The shipped preset that it extends [default: baseline]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(PRESETS))]
    pub(crate) preset: Option<String>,

    /// Replace what is there
    #[arg(long)]
    pub(crate) force: bool,
}

const INIT_EXAMPLES: &str = "\
Examples:
  credgate init
  credgate init --preset secrets-only --policy policies/credgate.yaml";
