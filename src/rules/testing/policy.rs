//! The exceptions and windows of a policy.

use jiff::civil::Date;

use crate::finding::{ExceptionId, Facts, Subject, WindowId};
use crate::model::AppId;
use crate::policy::{Exception, Window, WindowScope, Written};
use crate::rules::{EntryViolation, PolicyContext, Rule, UnknownApplication, secrets_only};

use super::moments::today;
use super::{app_id, finding, message, setting};

/// A window for every application.
pub(in crate::rules) fn window(id: &str, opens: &str, closes: &str) -> Window {
    let closes: Date = closes.parse().unwrap();
    Window {
        id: WindowId(id.into()),
        applications: WindowScope::All,
        reason: "Cutover.".into(),
        owner: None,
        approved_by: None,
        ticket: None,
        opens: opens.parse().unwrap(),
        certificate_by: closes,
        closes,
        written: Written { file: 0, index: 0 },
    }
}

/// The exceptions and windows of a policy, at the same instant.
#[derive(Default)]
pub(in crate::rules) struct PolicyFixture {
    exceptions: Vec<Exception>,
    used: Vec<bool>,
    unknown: Vec<(usize, UnknownApplication)>,
    windows: Vec<Window>,
}

pub(in crate::rules) fn policy() -> PolicyFixture {
    PolicyFixture::default()
}

impl PolicyFixture {
    /// Adds an exception that covered a finding.
    pub(in crate::rules) fn with_exception(mut self, id: &str, expires: &str) -> Self {
        self.exceptions.push(Exception {
            id: ExceptionId(id.into()),
            applications: vec![app_id()],
            rules: vec![secrets_only()],
            credentials: None,
            reason: "The connector accepts only a shared secret.".into(),
            owner: None,
            approved_by: None,
            ticket: None,
            granted: "2026-09-01".parse().unwrap(),
            expires: expires.parse().unwrap(),
            extended: Vec::new(),
            written: Written { file: 0, index: 0 },
        });
        self.used.push(true);
        self
    }

    /// Says of the last exception that it begins on this day.
    pub(in crate::rules) fn granted(mut self, day: &str) -> Self {
        self.exceptions.last_mut().unwrap().granted = day.parse().unwrap();
        self
    }

    /// Says of the last exception that it covered nothing.
    pub(in crate::rules) fn unused(mut self) -> Self {
        *self.used.last_mut().unwrap() = false;
        self
    }

    /// Says of the last exception that the inventory does not have its application.
    pub(in crate::rules) fn unknown(self) -> Self {
        self.unknown_object(None)
    }

    /// The same, where what it names is the id of an object.
    pub(in crate::rules) fn unknown_object(mut self, of_object: Option<AppId>) -> Self {
        let unknown = UnknownApplication {
            app_id: app_id(),
            of_object,
        };
        self.unknown.push((self.exceptions.len() - 1, unknown));
        self
    }

    pub(in crate::rules) fn with_window(mut self, window: Window) -> Self {
        self.windows.push(window);
        self
    }

    pub(in crate::rules) fn found_by(&self, rule: &dyn Rule) -> Vec<EntryViolation> {
        let setting = setting(rule.descriptor());
        let context = PolicyContext {
            today: today(),
            setting: &setting,
            exceptions: &self.exceptions,
            used: &self.used,
            unknown: &self.unknown,
            windows: &self.windows,
        };
        let mut found = Vec::new();
        rule.judge_policy(&context, &mut found);
        found
    }

    pub(in crate::rules) fn messages(&self, rule: &dyn Rule) -> Vec<String> {
        let found = self.found_by(rule).into_iter();
        found
            .map(|violation| {
                let entry = match violation.subject {
                    Subject::Exception(index) => &self.exceptions[index as usize].id.0,
                    Subject::Window(index) => &self.windows[index as usize].id.0,
                    Subject::Application(_) | Subject::Tenant => unreachable!(),
                };
                let finding = finding(rule, violation.subject, None, violation.detail);
                let facts = Facts {
                    finding: &finding,
                    application: None,
                    entry: Some(entry),
                };
                message(rule, &facts)
            })
            .collect()
    }
}
