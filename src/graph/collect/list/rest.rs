//! What no list tells: owners and federated credentials of single applications, asked for one by one.
//!
//! In: a list that is being read. Out: the same list, completed. A large tenant is not read like this: the questions are
//! counted.

use futures_util::future::try_join_all;

use super::List;
use crate::graph::answer::{IF_IT_STAYS, again};
use crate::graph::collect::probe::Way;
use crate::graph::collect::record::{Key, Record};
use crate::graph::collect::single;
use crate::graph::error::{Cause, GraphError};

impl List<'_> {
    pub(super) async fn add_owners(
        &self,
        records: &mut [Record],
        version: &str,
    ) -> Result<(), GraphError> {
        let mut left_out: Vec<&mut Record> = records
            .iter_mut()
            .filter(|record| !record.shows_owners && !self.merge.borrow().knows(record.key))
            .collect();
        self.spend(left_out.len())?;
        let asked = left_out
            .iter()
            .map(|record| single::owners(self.client, version, record.key));
        let owners = try_join_all(asked).await?;
        for (record, owners) in left_out.iter_mut().zip(owners) {
            let owners = owners.ok_or_else(|| vanished(record.key))?;
            let line = record.line.strip_suffix('}').unwrap_or(&record.line);
            record.line = format!(r#"{line},"owners":{owners}}}"#);
            record.shows_owners = true;
        }
        Ok(())
    }

    /// Counts questions about single applications: a large tenant is not read one by one.
    fn spend(&self, questions: usize) -> Result<(), GraphError> {
        let asked = self.singles.get() + questions;
        self.singles.set(asked);
        if asked <= MOST_SINGLE {
            return Ok(());
        }
        Err(GraphError::new(
            Cause::Limit,
            format!("limit of {MOST_SINGLE} applications reached that no list tells the whole of"),
            IF_IT_STAYS,
        ))
    }

    pub(super) async fn ask_for_federated(
        &self,
        keys: &[Key],
        version: &str,
    ) -> Result<(), GraphError> {
        self.spend(keys.len())?;
        let asked = keys
            .iter()
            .map(|key| single::federated(self.client, version, *key));
        let found = try_join_all(asked).await?;
        for (key, found) in keys.iter().zip(found) {
            let (digest, credentials) = found.ok_or_else(|| vanished(*key))?;
            let mut merge = self.merge.borrow_mut();
            merge.federated(*key, digest, credentials)?;
        }
        Ok(())
    }

    /// Asks for the federated credentials of applications that only one of the two lists had: they were made or deleted
    /// between the two.
    pub(super) async fn ask_for_the_rest(&self) -> Result<(), GraphError> {
        let waiting = self.merge.borrow().waiting();
        if self.count.is_none() && self.merge.borrow().has_strangers() {
            return Err(again(
                "Graph lists federated credentials of applications that it does not list",
            ));
        }
        if waiting.is_empty() {
            return Ok(());
        }
        if waiting.len() > MOST_LEFT {
            return Err(again(format!(
                "Graph lists {} applications without saying anything about their federated credentials",
                waiting.len()
            )));
        }
        let version = match &self.federated {
            Way::List(query) => query.version(),
            Way::Single(version) => version,
            Way::None => return Ok(()),
        };
        self.ask_for_federated(&waiting, version).await?;
        self.hand_over(None).await
    }
}

/// Owners and federated credentials of so many applications as are asked about one by one.
const MOST_SINGLE: usize = 5_000;

/// More than this do not come and go while a tenant is read.
const MOST_LEFT: usize = 200;

/// An object was listed and is not there.
fn vanished(key: Key) -> GraphError {
    again(format!(
        "the application {key} was listed and is not there any more"
    ))
}
