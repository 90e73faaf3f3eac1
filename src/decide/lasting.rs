use crate::decide::seen::{Seen, fact_behind, fact_index};
use crate::rules::{Fact, MetricId, Number};

/// The values of all metrics as they would last on fewer nodes.
pub(super) struct Lasting {
    declared: Vec<Option<Number>>,
    facts: Vec<Option<Number>>,
}

impl Lasting {
    /// Every `of capacity` metric is projected (value × nodes / fewer nodes), `nodes` and `ready-nodes` are the smaller
    /// count, all else stays as it is. On no nodes at all an `of capacity` metric is missing.
    pub fn on(seen: &Seen<'_>, nodes: u32, fewer: u32) -> Self {
        let share = Number::fraction(nodes.into(), fewer.into());
        let project = |metric: MetricId| {
            if matches!(fact_behind(seen.cluster, metric), Some(Fact::Nodes | Fact::ReadyNodes)) {
                return Some(fewer.into());
            }
            let value = seen.value_now(metric)?;
            if seen.is_of_capacity(metric) { Some(value.multiply(share.as_ref()?)) } else { Some(value.clone()) }
        };
        Self {
            declared: (0..seen.cluster.metrics.len()).map(|index| project(MetricId::Declared(index))).collect(),
            facts: Fact::ALL.iter().map(|fact| project(MetricId::Fact(*fact))).collect(),
        }
    }

    pub fn value(&self, metric: MetricId) -> Option<&Number> {
        match metric {
            MetricId::Declared(index) => self.declared.get(index)?.as_ref(),
            MetricId::Fact(fact) => self.facts.get(fact_index(fact))?.as_ref(),
        }
    }
}
