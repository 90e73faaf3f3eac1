use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::observe::Market;
use crate::plan::{
    Attempt, AttemptState, CooledScope, Failure, FailureClass, Launch, LaunchCause, Offering, Operation, Progress, Remark, Situation,
    SlotState, Step, Template, census, configuration, cooling, offering_order, token,
};
use crate::rules::Topic;

impl Launch {
    /// Instances that an attempt may have brought and that are not known yet.
    #[must_use]
    pub fn unseen(&self, attempt: &Attempt) -> u32 {
        match attempt.state {
            AttemptState::Intended | AttemptState::Doubtful { .. } => {
                let seen = self.slots.iter().filter(|slot| slot.attempt == attempt.number).count();
                attempt.count.saturating_sub(u32::try_from(seen).unwrap_or(u32::MAX))
            }
            AttemptState::Filled { .. } | AttemptState::Failed { .. } => 0,
        }
    }

    /// Slots for which no call is under way: what further attempts are to fill. An instance that was lost before it was
    /// Ready is replaced, one that never joined is not: the next decision sees to that, after a pause. Nor is one that was
    /// adopted: a list that was a little old may have shown a worker that was let go.
    #[must_use]
    pub fn open(&self) -> u32 {
        if self.given_up.is_some() || matches!(self.cause, LaunchCause::Adopted) {
            return 0;
        }
        let filled = self.slots.iter().filter(|slot| !matches!(slot.state, SlotState::Lost { .. })).count();
        let asked: u32 = self.attempts.iter().map(|attempt| self.unseen(attempt)).fold(0, u32::saturating_add);
        self.wanted.saturating_sub(u32::try_from(filled).unwrap_or(u32::MAX)).saturating_sub(asked)
    }

    /// The zones that waiting pods need and no call that has not failed asks for.
    fn zones_still_wanted(&self) -> Vec<String> {
        let mut wanted = self.zones.clone();
        for attempt in self.attempts.iter().filter(|attempt| !matches!(attempt.state, AttemptState::Failed { .. })) {
            for _ in 0..attempt.count {
                if let Some(place) = wanted.iter().position(|zone| *zone == attempt.offering.zone) {
                    wanted.remove(place);
                }
            }
        }
        wanted
    }

    /// Nothing is left to be asked for and every instance has become a worker or was given up.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.open() == 0 && !self.attempts.iter().any(Attempt::is_open) && !self.slots.iter().any(crate::plan::Slot::is_coming)
    }
}

impl Attempt {
    /// Its outcome is not known.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, AttemptState::Intended | AttemptState::Doubtful { .. })
    }
}

impl Progress {
    /// Some launch needs a call that is not written down yet: the template is to be asked for.
    #[must_use]
    pub fn needs_attempts(&self) -> bool {
        self.launches().any(|launch| launch.open() > 0)
    }
}

/// Writes down the next calls of every launch: one for each offering, with as many slots as fall to it. What no offering
/// takes is given up; the rules ask again once one may be tried.
pub fn plan_attempts(progress: &mut Progress, situation: &Situation<'_>, template: &Template) -> Vec<Remark> {
    progress.template = Some(template.clone());
    let mut remarks = Vec::new();
    let ids: Vec<_> = progress.launches().filter(|launch| launch.open() > 0).map(|launch| launch.id.clone()).collect();
    for id in ids {
        let pool = Pool::of(progress, situation);
        let known = progress.clone();
        let Some(launch) = progress.launch_mut(&id) else { continue };
        remarks.extend(extend(launch, &known, situation, template, pool));
    }
    remarks
}

/// How the workers are spread, launches counted.
struct Pool {
    by_zone: BTreeMap<String, u32>,
    spot: u32,
    nodes: u32,
}

impl Pool {
    fn of(progress: &Progress, situation: &Situation<'_>) -> Self {
        let mut pool = Self { by_zone: BTreeMap::new(), spot: 0, nodes: 0 };
        for worker in census(progress, situation).workers.iter().filter(|worker| worker.standing.counts()) {
            pool.nodes += 1;
            pool.spot += u32::from(worker.market == Market::Spot);
            if let Some(zone) = worker.zone {
                *pool.by_zone.entry(zone.to_owned()).or_default() += 1;
            }
        }
        pool
    }
}

fn extend(launch: &mut Launch, known: &Progress, situation: &Situation<'_>, template: &Template, mut pool: Pool) -> Vec<Remark> {
    let capacity = &situation.cluster.capacity;
    let hash = configuration(template, capacity);
    let open = launch.open();
    let spot = offering_order::spot_slots(capacity, pool.spot, pool.nodes.saturating_add(open), open);
    let mut calls: Vec<(Offering, u32)> = Vec::new();
    let mut refusal = None;
    let mut zones = launch.zones_still_wanted().into_iter();
    for slot in 0..open {
        let wanted = if slot < spot { Market::Spot } else { Market::OnDemand };
        let mut order = offering_order::order(wanted, &pool.by_zone, template, capacity, situation.prices);
        if let Some(zone) = zones.next() {
            // Within its market, the zone that waiting pods need comes first.
            order.sort_by_key(|offering| (offering.market != wanted, offering.zone != zone));
        }
        let mut free = order.iter().filter(|offering| known.cooled(offering, &hash, situation.now).is_none());
        let Some(offering) = free.next() else {
            refusal = Some(refusal_of(known, &order, &hash, situation));
            break;
        };
        *pool.by_zone.entry(offering.zone.clone()).or_default() += 1;
        match calls.iter_mut().find(|(known, _)| known == offering) {
            Some((_, count)) => *count += 1,
            None => calls.push((offering.clone(), 1)),
        }
    }
    let mut remarks = Vec::new();
    for (offering, count) in calls {
        let number = u32::try_from(launch.attempts.len()).unwrap_or(u32::MAX);
        remarks.push(Remark::of(&launch.id, format!("asking for {count} × {offering}")));
        launch.attempts.push(Attempt {
            number,
            template_version: template.version,
            count,
            max_price: capacity.max_price.clone().filter(|_| offering.market == Market::Spot),
            token: token(&situation.cluster.name, &launch.id, &offering, number),
            state: AttemptState::Intended,
            intended_at: situation.now,
            unanswered_at: None,
            calling: false,
            offering,
        });
    }
    if let Some(reason) = refusal {
        let text = format!("no capacity for {} of {} nodes: {reason}", launch.open(), launch.wanted);
        remarks.push(Remark::of(&launch.id, text).news(Topic::Failure));
        launch.given_up = Some(reason);
    }
    remarks
}

/// Why no offering is left: the first reason of each kind.
fn refusal_of(progress: &Progress, order: &[Offering], configuration: &str, situation: &Situation<'_>) -> String {
    if order.is_empty() {
        return cooling::NO_OFFERING.to_owned();
    }
    let mut reasons: Vec<String> = Vec::new();
    for offering in order {
        let Some(cooled) = progress.cooled(offering, configuration, situation.now) else { continue };
        let reason = format!("{offering} until {:.0}: {}", cooled.until, cooled.reason);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let more = reasons.len().saturating_sub(3);
    reasons.truncate(3);
    if more > 0 {
        reasons.push(format!("and {more} more"));
    }
    reasons.join("; ")
}

impl Progress {
    pub(crate) fn launch_mut(&mut self, id: &crate::plan::OperationId) -> Option<&mut Launch> {
        self.operations.iter_mut().find_map(|operation| match operation {
            Operation::Launch(launch) if launch.id == *id => Some(launch),
            Operation::Launch(_) | Operation::Retire(_) => None,
        })
    }

    /// The calls of these steps, to be written down before they are made.
    pub fn note_calls(&mut self, steps: &[Step]) {
        for step in steps {
            let Step::RunInstances(step) = step else { continue };
            if let Some(attempt) = self.attempt_mut(&step.operation, step.attempt) {
                attempt.calling = true;
            }
        }
    }

    /// Calls of which a tick before wrote down that it makes them, and not what came of them: they may still have their
    /// effect (invariant 3).
    pub(crate) fn note_lost_calls(&mut self, now: Timestamp) {
        let launches = self.operations.iter_mut().filter_map(|operation| match operation {
            Operation::Launch(launch) => Some(launch),
            Operation::Retire(_) => None,
        });
        for attempt in launches.flat_map(|launch| &mut launch.attempts).filter(|attempt| attempt.calling) {
            attempt.calling = false;
            attempt.unanswered_at = Some(now);
        }
    }

    pub(crate) fn attempt_mut(&mut self, id: &crate::plan::OperationId, number: u32) -> Option<&mut Attempt> {
        self.launch_mut(id)?.attempts.iter_mut().find(|attempt| attempt.number == number)
    }

    pub(crate) fn retire_mut(&mut self, id: &crate::plan::OperationId) -> Option<&mut crate::plan::Retire> {
        self.operations.iter_mut().find_map(|operation| match operation {
            Operation::Retire(retire) if retire.id == *id => Some(retire),
            Operation::Launch(_) | Operation::Retire(_) => None,
        })
    }
}

/// The template could not be had: with a wrong configuration the open launches are given up, else the next tick asks again.
pub fn without_template(progress: &mut Progress, situation: &Situation<'_>, failure: &Failure) -> Vec<Remark> {
    let mut remarks = vec![Remark::general(format!("the launch template cannot be read: {failure}")).news(Topic::Failure)];
    if !matches!(failure.class, FailureClass::Configuration | FailureClass::NotFound) {
        return remarks;
    }
    let reason = format!("the launch template cannot be read: {failure}");
    for operation in &mut progress.operations {
        let Operation::Launch(launch) = operation else { continue };
        if launch.open() > 0 {
            launch.given_up = Some(reason.clone());
            remarks.push(Remark::of(&launch.id, format!("the launch is given up: {reason}")));
        }
    }
    let known = progress.template.as_ref().map(|template| configuration(template, &situation.cluster.capacity)).unwrap_or_default();
    progress.cool(CooledScope::Everything { configuration: known }, situation.now, reason);
    remarks
}

impl Progress {
    /// Nodes asked for and neither ready nor given up.
    #[must_use]
    pub fn launching(&self) -> u32 {
        let of = |launch: &Launch| {
            let coming = launch.slots.iter().filter(|slot| slot.is_coming()).count();
            let asked = launch.attempts.iter().map(|attempt| launch.unseen(attempt)).fold(0, u32::saturating_add);
            launch.open().saturating_add(asked).saturating_add(u32::try_from(coming).unwrap_or(u32::MAX))
        };
        self.launches().map(of).fold(0, u32::saturating_add)
    }
}
