use crate::decide::judge::{Judge, Judged, count};
use crate::decide::{BoundsReason, Verdict};
use crate::rules::{Action, Bounds, Number};

/// The bounds in force.
#[derive(Debug)]
pub(super) struct InForce {
    pub lower: u32,
    pub upper: u32,
    /// The upper end if there were no budget.
    pub unbudgeted: u32,
    /// How many nodes the budget pays for; `None`: no budget, or no prices.
    pub affordable: Option<u32>,
    /// The cluster has a budget.
    pub budgeted: bool,
}

impl InForce {
    /// The largest lower end and the smallest upper end, over the cluster's range and every fired `keep`.
    pub fn of(judge: Judge<'_>, judged: &[Judged], nodes: Option<u32>) -> Self {
        let range = judge.input.cluster.nodes;
        let (mut lower, mut upper) = (range.lower, range.upper);
        for (rule, judged) in judge.input.cluster.rules.iter().zip(judged) {
            if judged.verdict == Verdict::Fired
                && let Action::Keep(keep) = &rule.action
            {
                lower = lower.max(keep.lower);
                // A forecast can add, never remove: the upper end of such a `keep` only stops growth.
                let stops_growth_only = nodes.filter(|nodes| keep.upper < *nodes && !judge.fires_without_forecasts(rule));
                upper = upper.min(stops_growth_only.unwrap_or(keep.upper));
            }
        }
        // Never outside the cluster's own range; where the ends cross, the lower one wins.
        lower = lower.min(range.upper);
        upper = upper.max(range.lower).max(lower);
        let budgeted = judge.input.cluster.budget.is_some();
        let affordable = nodes.and_then(|nodes| affordable(judge, nodes, upper));
        // The budget stops growth and removes nothing; without prices nothing is known to be paid for.
        let paid = affordable.unwrap_or(0).max(nodes.unwrap_or(upper)).max(lower);
        Self { lower, upper: if budgeted { upper.min(paid) } else { upper }, unbudgeted: upper, affordable, budgeted }
    }

    pub fn reason(&self, judge: Judge<'_>, judged: &[Judged]) -> BoundsReason {
        BoundsReason {
            lower: self.lower,
            upper: self.upper,
            lower_by: keeps_at(judge, judged, self.lower, |keep| keep.lower),
            upper_by: keeps_at(judge, judged, self.upper, |keep| keep.upper),
            budget: self.affordable,
        }
    }
}

/// The fired `keep` rules whose own number is this one.
pub(super) fn keeps_at(judge: Judge<'_>, judged: &[Judged], bound: u32, end: fn(&Bounds) -> u32) -> Vec<String> {
    let rules = judge.input.cluster.rules.iter().zip(judged);
    rules
        .filter(|(rule, judged)| judged.verdict == Verdict::Fired && matches!(&rule.action, Action::Keep(keep) if end(keep) == bound))
        .map(|(rule, _)| rule.name.clone())
        .collect()
}

/// How many nodes the budget pays for, counted no further than `most`.
fn affordable(judge: Judge<'_>, nodes: u32, most: u32) -> Option<u32> {
    let budget = judge.input.cluster.budget.as_ref()?;
    let prices = judge.input.observed.prices.as_ref()?;
    if prices.running > *budget {
        // Of what runs now, as many as fit at its mean price.
        let fit = budget.multiply(&Number::from(nodes)).divide(&prices.running)?.floor();
        return Some(count(&fit));
    }
    let (last, mut left, mut affordable) = (prices.next.last()?, budget.subtract(&prices.running), nodes);
    for price in &prices.next {
        if affordable >= most || *price > left {
            return Some(affordable);
        }
        left = left.subtract(price);
        affordable += 1;
    }
    // The last price stands for all after it; what costs nothing can be had without end.
    let more = left.divide(last).map_or(u32::MAX, |more| count(&more.floor()));
    Some(affordable.saturating_add(more).min(most.max(affordable)))
}
