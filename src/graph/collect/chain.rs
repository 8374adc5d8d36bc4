//! The pages of one list, one after another.
//!
//! In: the URL of the first page. Out: each page's body with the URL that it answers. A link that was followed before, too
//! many pages, or too many empty ones end the collection; a page token that has expired begins the list anew.

use std::collections::HashSet;

use reqwest::Url;

use crate::graph::answer::Kind;
use crate::graph::body::Body;
use crate::graph::client::{Client, GetError, Refusal};
use crate::graph::error::{Cause, GraphError};

/// A list that is being read.
pub(super) struct Chain {
    first: Url,
    next: Option<Url>,
    followed: HashSet<String>,
    pages: u32,
    empty: u32,
    restarts: u32,
}

/// A page of a list.
pub(super) struct Answer {
    pub(super) body: Body,
    /// The URL that it answers.
    pub(super) asked: Url,
}

impl Chain {
    pub(super) fn new(first: Url) -> Self {
        Self {
            next: Some(first.clone()),
            first,
            followed: HashSet::new(),
            pages: 0,
            empty: 0,
            restarts: 0,
        }
    }

    /// Goes on with a list of which the first page was read.
    pub(super) fn begun(first: Url, next: Option<Url>) -> Self {
        let followed = HashSet::from([first.as_str().to_owned()]);
        Self {
            next,
            followed,
            pages: 1,
            ..Self::new(first)
        }
    }

    /// Gets the next page; `None` behind the last.
    pub(super) async fn page(&mut self, client: &Client) -> Result<Option<Answer>, GetError> {
        while let Some(asked) = self.next.take() {
            if !self.followed.insert(asked.as_str().to_owned()) {
                return Err(GetError::Failed(GraphError::new(
                    Cause::Answer,
                    "the links from page to page lead back to a page that was read",
                    AGAIN,
                )));
            }
            if self.pages == client.limits.pages {
                let pages = client.limits.pages;
                return Err(limit(format!("limit of {pages} pages reached")));
            }
            match client.get(&asked, Kind::Json).await {
                Ok(body) => {
                    self.pages += 1;
                    return Ok(Some(Answer { body, asked }));
                }
                Err(GetError::Refused(refusal)) if asked != self.first && has_expired(&refusal) => {
                    self.restart(client, &refusal)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Goes on to the page that the last one links to.
    pub(super) fn follow(
        &mut self,
        next: Option<Url>,
        objects: usize,
        client: &Client,
    ) -> Result<(), GetError> {
        self.empty = if objects == 0 { self.empty + 1 } else { 0 };
        if next.is_some() && self.empty > client.limits.empty_pages {
            let pages = client.limits.empty_pages;
            return Err(limit(format!("limit of {pages} empty pages reached")));
        }
        self.next = next;
        Ok(())
    }

    /// Tells whether a page is left.
    pub(super) const fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// Begins anew at the first page. What was read is met again and dropped as equal.
    fn restart(&mut self, client: &Client, refusal: &Refusal) -> Result<(), GetError> {
        if self.restarts == client.limits.restarts {
            return Err(GetError::Failed(
                GraphError::new(
                    Cause::Answer,
                    format!("the page token expired {} times", self.restarts + 1),
                    "try again at a quieter time",
                )
                .with_request_id(refusal.request_id.as_deref()),
            ));
        }
        self.restarts += 1;
        client.watch.log(format_args!(
            "the page token has expired: the list is begun anew"
        ));
        self.followed.clear();
        self.next = Some(self.first.clone());
        Ok(())
    }
}

const AGAIN: &str = "try again; if it stays, report it to whoever runs the endpoint";

fn limit(what: String) -> GetError {
    GetError::Failed(GraphError::new(Cause::Limit, what, AGAIN))
}

/// Tells whether a page token was refused because it is too old.
fn has_expired(refusal: &Refusal) -> bool {
    let codes = &refusal.codes;
    refusal.status.as_u16() == 410
        || codes.iter().any(|code| {
            let code = code.to_ascii_lowercase();
            code.contains("pagetoken") || code.contains("skiptoken") || code == "resyncrequired"
        })
}
