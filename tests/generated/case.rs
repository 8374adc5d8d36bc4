//! One generated case: a policy, a tenant and an instant, all following from a seed.

use serde_json::{Map, Value, json};

use super::exceptions;
use super::focus::Focus;
use super::moments::{DAY, SECOND, day_of, spell};
use super::objects::Tenant;
use super::random::Random;
use super::rules;

/// What a listing holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Application,
    ServicePrincipal,
}

/// Objects of one kind, exported together. Their facts stand in Graph's own words; `forms` writes them in others.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    pub(crate) kind: Kind,
    pub(crate) objects: Vec<Value>,
    /// Further members beside the list, in any order: what an answer of Graph's says about itself, or ought not to.
    pub(crate) beside: Map<String, Value>,
}

impl Listing {
    /// A list with nothing beside it.
    pub(crate) fn new(kind: Kind, objects: Vec<Value>) -> Self {
        Self {
            kind,
            objects,
            beside: Map::new(),
        }
    }
}

/// What the program is asked to judge.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) policy: Value,
    pub(crate) listings: Vec<Listing>,
    /// Nanoseconds since 1970.
    pub(crate) now: i128,
    pub(crate) fail_on: &'static str,
    pub(crate) allow_empty: bool,
    /// Whether all listings are to stand in one file, where one can hold them.
    pub(crate) together: bool,
}

impl Case {
    pub(crate) fn new(seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let mut now = i128::from(random.between(20_000, 21_400)) * DAY;
        let clocks = [0, 0, 1, 43_200 * SECOND, DAY - SECOND, DAY - 100];
        now += if random.percent(70) {
            random.pick(&clocks)
        } else {
            i128::from(random.between(0, 86_399)) * SECOND
        };
        let own = random.guid();
        let focus = random.pick(&Focus::ALL);
        let focus = random.percent(70).then_some(focus);
        let mut policy = match focus {
            Some(focus) => rules::focused(random, focus),
            None => rules::policy(random),
        };
        if random.percent(40) {
            policy["tenant"] = json!(random.recase(&own));
        }
        let windows = rules::windows(random, day_of(now));
        let tenant = Tenant::new(random, now, own, (&policy, &windows), focus).finish();
        rules::add_windows(random, &mut policy, (windows, day_of(now)), &tenant.app_ids);
        if random.percent(2) {
            policy["tenant"] = json!(random.guid());
        }
        let mut case = Self {
            seed,
            policy,
            listings: tenant.listings,
            now,
            fail_on: random.pick(&["error", "error", "error", "warning", "note"]),
            allow_empty: random.percent(12),
            together: random.percent(if focus == Some(Focus::Files) { 60 } else { 30 }),
        };
        exceptions::add(random, &mut case);
        case
    }

    /// Whether all objects stand in one file: one that tells its objects apart by what they show needs some of each kind.
    pub(crate) fn is_together(&self) -> bool {
        let of = |kind: Kind| self.listings.iter().filter(move |it| it.kind == kind);
        let some = |kind: Kind| of(kind).any(|listing| !listing.objects.is_empty());
        let listed = of(Kind::ServicePrincipal).count() > 0;
        self.together
            && some(Kind::Application)
            && some(Kind::ServicePrincipal) == listed
            && self.listings.iter().all(|it| it.beside.is_empty())
    }

    /// The instant, as `--now` takes it.
    pub(crate) fn instant(&self) -> String {
        spell(self.now, "Z")
    }
}
