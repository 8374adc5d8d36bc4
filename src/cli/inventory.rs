//! `credgate inventory`: export, doctor, schema.

use super::args::InventoryCommand;
use super::manual::printed;
use super::{Exit, Failure, doctor, export};

/// Runs one of the inventory commands.
pub(crate) fn run(command: &InventoryCommand) -> Result<Exit, Failure> {
    match command {
        InventoryCommand::Export(arguments) => export::run(arguments),
        InventoryCommand::Doctor(arguments) => doctor::run(arguments),
        InventoryCommand::Schema => {
            let schema = credgate::snapshot::schema();
            printed(&format!("{:#}\n", schema.as_value()))
        }
    }
}
