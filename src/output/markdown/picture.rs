//! How the judged applications sign in, as a Mermaid pie. Nothing foreign stands in it.

use std::cmp::Reverse;

use super::sheet::Sheet;
use crate::model::State;
use crate::report::Report;

/// Draws the picture; of no application there is none.
pub(super) fn write(report: &Report, page: &mut Sheet) {
    let states = State::ALL.into_iter().zip(report.summary.by_state).rev();
    let mut states: Vec<(State, u64)> = states.filter(|(_, number)| *number > 0).collect();
    if states.is_empty() {
        return;
    }
    // Some versions give out the colours as written here, others by size: so the largest slice stands first.
    // https://github.com/mermaid-js/mermaid/issues/5314
    states.sort_by_key(|(_, number)| Reverse(*number));
    page.add(format_args!("\n### How applications sign in\n\n"));
    // The theme stays the reader's, light or dark.
    let colours: Vec<String> = states
        .iter()
        .zip(1..)
        .map(|((state, _), slice)| format!("\"pie{slice}\": \"{}\"", colour(*state)))
        .collect();
    page.add(format_args!(
        "```mermaid\n%%{{init: {{\"themeVariables\": {{{}, \"pieSectionTextColor\": \"#ffffff\", \"pieOpacity\": \"1\"}}}}}}%%\npie showData\n",
        colours.join(", ")
    ));
    for (state, number) in states {
        page.add(format_args!("  \"{}\" : {number}\n", state.name()));
    }
    page.add(format_args!("```\n"));
}

/// Colours on which white can be read.
const fn colour(state: State) -> &'static str {
    match state {
        State::SecretsOnly => "#c62828",
        State::Migrating => "#b26a00",
        State::Certificate => "#2e7d32",
        State::Federated => "#1565c0",
        State::NoCredentials => "#616161",
    }
}
