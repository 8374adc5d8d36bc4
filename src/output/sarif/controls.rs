//! The controls that rules implement, as a taxonomy.

use serde_sarif::sarif::{
    ReportingDescriptor, ReportingDescriptorReference, ReportingDescriptorRelationship,
    ToolComponent, ToolComponentReference,
};

use super::rules::sentence;

/// What the taxonomy is called.
const NAME: &str = "application-controls";

/// Names the taxonomy for ever: drawn once.
const GUID: &str = "6f0b7a4e-7f2d-4d0b-9c1a-2f4f5f0f7b59";

/// The controls, and what each demands.
const CONTROLS: [(&str, &str); 5] = [
    ("APP-01", "Applications have owners."),
    ("APP-02", "Credentials of applications expire."),
    (
        "APP-05",
        "Service principals hold no stray or long-lived credentials.",
    ),
    (
        "APP-09",
        "Applications authenticate with certificates or workload identity federation.",
    ),
    ("APP-10", "Federated credentials trust one workload."),
];

/// Describes all controls.
pub(super) fn taxonomy() -> ToolComponent {
    let taxa = CONTROLS.map(|(id, demand)| {
        ReportingDescriptor::builder()
            .id(id)
            .short_description(sentence(demand))
            .build()
    });
    ToolComponent::builder()
        .name(NAME)
        .guid(GUID)
        .short_description(sentence("Controls for applications in Microsoft Entra ID."))
        .taxa(taxa)
        .build()
}

/// Points to the taxonomy from elsewhere in the run.
pub(super) fn reference() -> ToolComponentReference {
    ToolComponentReference::builder()
        .name(NAME)
        .guid(GUID)
        .index(0)
        .build()
}

/// Points from a rule to its control; the rules about the policy implement none.
pub(super) fn relationship(control: &str) -> Option<ReportingDescriptorRelationship> {
    let index = CONTROLS.iter().position(|(id, _)| *id == control)?;
    let target = ReportingDescriptorReference::builder()
        .id(control)
        .index(i64::try_from(index).ok()?)
        .tool_component(reference())
        .build();
    let relationship = ReportingDescriptorRelationship::builder()
        .target(target)
        .kinds(["relevant".to_owned()])
        .build();
    Some(relationship)
}
