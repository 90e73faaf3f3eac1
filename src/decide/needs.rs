use jiff::SignedDuration;

use crate::decide::named::each_leaf_of;
use crate::decide::seen::fact_behind;
use crate::rules::{Action, Cluster, Condition, Expression, Fact, MetricId, Rule};

/// What must be observed for one cluster's decisions, and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// One for each of [`Cluster::metrics`], in their order: the longest window that any rule needs. Zero: only the value
    /// now. `None`: no rule names it, so it need not be asked for.
    pub metrics: Vec<Option<SignedDuration>>,
    /// How far back the records of evaluations must reach, for what keeps no history of its own and for `track`.
    pub records: SignedDuration,
    /// Some rule looks at `pending-pods` or `pending-nodes`.
    pub pending_pods: bool,
    /// The metrics that are forecast: their history is recorded.
    pub forecasts: Vec<MetricId>,
}

/// Plans what to observe: one range for each metric, for the longest window that any rule needs.
#[must_use]
pub fn needs(cluster: &Cluster) -> Needs {
    let mut needs =
        Needs { metrics: vec![None; cluster.metrics.len()], records: SignedDuration::ZERO, pending_pods: false, forecasts: Vec::new() };
    for rule in &cluster.rules {
        each_look(rule, &mut |look| needs.take(cluster, look));
        if matches!(rule.action, Action::Track { .. }) {
            needs.records = needs.records.max(cluster.cooldown.down);
        }
    }
    needs.forecasts.sort_unstable();
    needs.forecasts.dedup();
    needs
}

impl Needs {
    fn take(&mut self, cluster: &Cluster, look: Look) {
        if look.is_forecast {
            self.forecasts.push(look.metric);
        }
        if let MetricId::Declared(index) = look.metric
            && let Some(longest) = self.metrics.get_mut(index)
        {
            *longest = Some(longest.map_or(look.back, |longest| longest.max(look.back)));
        }
        // A metric of Prometheus may turn out to keep no history either: its records are then kept for as long.
        self.records = self.records.max(look.back);
        self.pending_pods |= matches!(fact_behind(cluster, look.metric), Some(Fact::PendingPods | Fact::PendingNodes));
    }
}

/// How far back a rule looks in all, for its condition and its amount together.
pub(super) fn lookback(rule: &Rule) -> SignedDuration {
    let mut longest = SignedDuration::ZERO;
    each_look(rule, &mut |look| longest = longest.max(look.back));
    longest
}

/// One metric as an expression names it, and how far back it looks for it.
#[derive(Clone, Copy)]
struct Look {
    metric: MetricId,
    back: SignedDuration,
    is_forecast: bool,
}

fn each_look(rule: &Rule, found: &mut dyn FnMut(Look)) {
    each_leaf_of(rule, &mut |expression, back| {
        let look = |metric, more: SignedDuration, is_forecast| Look { metric, back: back.saturating_add(more), is_forecast };
        match expression {
            Expression::Metric(metric) => found(look(*metric, SignedDuration::ZERO, false)),
            Expression::Aggregate { metric, over, .. } => found(look(*metric, *over, false)),
            Expression::Ago { metric, by } => found(look(*metric, *by, false)),
            Expression::Forecast { metric, .. } => found(look(*metric, SignedDuration::ZERO, true)),
            _ => {}
        }
    });
    if let Some(condition) = &rule.when {
        each_missing(condition, SignedDuration::ZERO, &mut |metric, back| found(Look { metric, back, is_forecast: false }));
    }
    if let Action::Track { metric, .. } = &rule.action {
        found(Look { metric: *metric, back: SignedDuration::ZERO, is_forecast: false });
    }
}

fn each_missing(condition: &Condition, back: SignedDuration, found: &mut dyn FnMut(MetricId, SignedDuration)) {
    match condition {
        Condition::Missing(metric) => found(*metric, back),
        Condition::Not(inner) => each_missing(inner, back, found),
        Condition::For { condition, over } => each_missing(condition, back.saturating_add(*over), found),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| each_missing(part, back, found)),
        Condition::Compare { .. } | Condition::Within { .. } => {}
    }
}
