use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::decide::Backoff;
use crate::plan::{Cooled, CooledScope, Failure, FailureClass, JoinsFailed, Offering, Progress, Template};
use crate::rules::{Capacity, PriceList};

/// The first pause; it doubles with each failure in a row (architecture.md, "Launch").
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(3);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// A failure is remembered that long after its pause, so that the next one in a row is longer.
const MEMORY: SignedDuration = SignedDuration::from_hours(2);

/// Nothing can be asked for at all.
pub(crate) const NO_OFFERING: &str = "no subnet of the launch template lies in an allowed zone, or every type costs more than `max-price`";

/// The pause after so many failures in a row.
#[must_use]
pub(crate) fn pause(failures: u32) -> SignedDuration {
    let doubled = 2_i32.checked_pow(failures.saturating_sub(1)).and_then(|factor| FIRST_PAUSE.checked_mul(factor));
    doubled.map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

pub(crate) fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// What a failed launch cools; `None` for a failure that says nothing about capacity.
#[must_use]
pub(crate) fn scope(failure: &Failure, offering: &Offering, configuration: &str) -> Option<CooledScope> {
    match failure.class {
        FailureClass::Offering => Some(offering_scope(offering)),
        FailureClass::Market => Some(CooledScope::Market(offering.market)),
        FailureClass::Subnet => Some(CooledScope::Subnet(offering.subnet.clone())),
        FailureClass::Configuration => Some(CooledScope::Everything { configuration: configuration.to_owned() }),
        FailureClass::Throttle
        | FailureClass::Unknown
        | FailureClass::NotFound
        | FailureClass::Conflict
        | FailureClass::Budget
        | FailureClass::Refused => None,
    }
}

#[must_use]
pub(crate) fn offering_scope(offering: &Offering) -> CooledScope {
    CooledScope::Offering { market: offering.market, instance_type: offering.instance_type.clone(), zone: offering.zone.clone() }
}

/// What the launches start from, as one hash: while it stays the same, a wrong configuration stays wrong.
#[must_use]
pub fn configuration(template: &Template, capacity: &Capacity) -> String {
    let bytes = serde_json::to_vec(&(template, capacity)).unwrap_or_default();
    Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Progress {
    /// Leaves something alone, longer with each failure in a row.
    pub(crate) fn cool(&mut self, scope: CooledScope, now: Timestamp, reason: String) -> Timestamp {
        let place = self.cooled.iter().position(|cooled| same_thing(&cooled.scope, &scope));
        // Failures of calls that were made side by side are one.
        let failures = match place.and_then(|place| self.cooled.get(place)) {
            Some(cooled) if cooled.until > now => cooled.failures,
            Some(cooled) => cooled.failures.saturating_add(1),
            None => 1,
        };
        let cooled = Cooled { scope, until: later(now, pause(failures)), failures, reason };
        let until = cooled.until;
        match place.and_then(|place| self.cooled.get_mut(place)) {
            Some(known) => *known = cooled,
            None => self.cooled.push(cooled),
        }
        until
    }

    /// An instance of this offering became a worker: its failures are over.
    pub(crate) fn warm(&mut self, offering: &Offering) {
        let proven = [offering_scope(offering), CooledScope::Market(offering.market), CooledScope::Subnet(offering.subnet.clone())];
        self.cooled.retain(|cooled| !proven.contains(&cooled.scope) && !cooled.scope.is_of_configuration());
        self.joins_failed = JoinsFailed::default();
    }

    /// Why this offering is left alone now, if it is.
    #[must_use]
    pub(crate) fn cooled(&self, offering: &Offering, configuration: &str, now: Timestamp) -> Option<&Cooled> {
        self.cooled.iter().filter(|cooled| cooled.until > now).find(|cooled| match &cooled.scope {
            CooledScope::Offering { .. } => cooled.scope == offering_scope(offering),
            CooledScope::Market(market) => *market == offering.market,
            CooledScope::Subnet(subnet) => *subnet == offering.subnet,
            CooledScope::Everything { configuration: wrong } | CooledScope::Joins { configuration: wrong } => wrong == configuration,
        })
    }

    /// All launches are halted until the configuration changes: the template is to be looked at again.
    #[must_use]
    pub fn waits_for_configuration(&self, now: Timestamp) -> bool {
        self.cooled.iter().any(|cooled| cooled.until > now && cooled.scope.is_of_configuration())
    }

    /// Drops what cooled long ago.
    pub(crate) fn forget_cooled(&mut self, now: Timestamp) {
        self.cooled.retain(|cooled| later(cooled.until, MEMORY) > now);
        self.spared.retain(|spared| later(spared.until, MEMORY) > now);
    }

    /// The guard `backoff`: no capacity is to be had, and from when on it may be. `None` while some offering may be tried, or
    /// while it is not known what offerings there are.
    #[must_use]
    pub fn backoff(&self, capacity: &Capacity, prices: &PriceList, now: Timestamp) -> Option<Backoff> {
        let template = self.template.as_ref()?;
        let offerings = crate::plan::offering_order::all(template, capacity, prices);
        if offerings.is_empty() {
            return Some(Backoff { until: None, reason: NO_OFFERING.to_owned() });
        }
        if self.cooled.is_empty() {
            return None;
        }
        let hash = configuration(template, capacity);
        let lifts = offerings.iter().map(|offering| self.lifts(offering, &hash, now)).collect::<Option<Vec<_>>>()?;
        let until = lifts.into_iter().min()?;
        let reason = self.cooled.iter().find(|cooled| cooled.until >= until).map(|cooled| cooled.reason.clone()).unwrap_or_default();
        Some(Backoff { until: Some(until), reason })
    }

    /// When the last of the pauses that lie on an offering ends; `None`: none does.
    fn lifts(&self, offering: &Offering, configuration: &str, now: Timestamp) -> Option<Timestamp> {
        let mut at = None;
        while let Some(cooled) = self.cooled(offering, configuration, at.unwrap_or(now)) {
            at = Some(cooled.until);
        }
        at
    }
}

impl CooledScope {
    /// It lifts as soon as template or `capacity` change.
    const fn is_of_configuration(&self) -> bool {
        matches!(self, Self::Everything { .. } | Self::Joins { .. })
    }
}

/// A new configuration that is wrong too replaces the old one.
fn same_thing(one: &CooledScope, other: &CooledScope) -> bool {
    let both_of_a_kind = matches!(
        (one, other),
        (CooledScope::Everything { .. }, CooledScope::Everything { .. }) | (CooledScope::Joins { .. }, CooledScope::Joins { .. })
    );
    one == other || both_of_a_kind
}
