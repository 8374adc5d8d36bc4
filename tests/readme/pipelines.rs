//! The pages about GitLab and Azure Pipelines show the examples as they are.

use super::{read, section};

#[test]
fn the_pages_about_other_pipelines_show_the_examples() {
    for (page, example) in [
        ("docs/gitlab.md", "examples/gitlab/.gitlab-ci.yml"),
        (
            "docs/azure-pipelines.md",
            "examples/azure-pipelines/azure-pipelines.yml",
        ),
    ] {
        let shown = format!("```yaml\n{}```", read(example));
        assert!(
            section(&read(page), "example") == shown,
            "put {example} between the marks of {page}"
        );
    }
}
