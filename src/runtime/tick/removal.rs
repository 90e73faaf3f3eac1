use std::collections::BTreeSet;

use crate::act::{Cluster as _, Fleet as _};
use crate::plan::{self, Remark, Removal, RetireCause};
use crate::runtime::World;
use crate::runtime::tick::look::{in_time, late, look_at_pods};
use crate::runtime::tick::run::Run;

impl<W: World> Run<'_, W> {
    /// Chooses the nodes to go and begins their retirement; returns how many. Everything is asked before the first mark.
    pub(super) async fn remove(&mut self, count: u32, lower: u32, rules: Vec<String>) -> usize {
        self.look_at_candidates().await;
        let removal = self.choose(count, lower).await;
        for instance_id in &removal.chosen {
            let cause = RetireCause::Decision { rules: rules.clone() };
            let remark = self.plan(|progress, situation| plan::begin_retire(progress, situation, instance_id, cause));
            self.remark_all(remark.into_iter().collect());
        }
        // Written down whoever goes: why a node stayed is asked later.
        let reasons = removal.passed_over.iter().map(|passed| format!("{}: {}", passed.node_name, passed.reason));
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        let text = format!("{} of {count} nodes can go now; {reasons}", removal.chosen.len());
        let topic = (removal.chosen.len() < count as usize).then_some(crate::rules::Topic::DrainBlocked);
        self.remark_all(vec![Remark { operation: None, topic, text }]);
        self.report.passed_over = removal.passed_over;
        removal.chosen.len()
    }

    /// Looks at what runs on the nodes that may go, and at the disruption budgets.
    pub(super) async fn look_at_candidates(&mut self) {
        let names = plan::nodes_to_look_at(&self.state.progress, &self.situation());
        let budgets = in_time(self.world.clock(), self.order.cutoff(), self.world.cluster().budgets());
        let (budgets, ()) = tokio::join!(budgets, look_at_pods(self.world, &mut self.snapshot, names, self.order.cutoff()));
        self.snapshot.budgets = budgets.unwrap_or_else(|| late("Kubernetes"));
    }

    /// Asks for the termination protection of those chosen, and chooses again without the protected ones.
    async fn choose(&self, count: u32, lower: u32) -> Removal {
        let (mut protected, mut asked) = (BTreeSet::new(), BTreeSet::new());
        loop {
            let removal = plan::choose(&self.state.progress, &self.situation(), count, lower, &protected);
            let unasked: Vec<&String> = removal.chosen.iter().filter(|id| !asked.contains(*id)).collect();
            if unasked.is_empty() {
                return removal;
            }
            let answers = unasked.iter().map(|id| async move {
                let asked = in_time(self.world.clock(), self.order.cutoff(), self.world.fleet().termination_protected(id));
                // What could not be asked is not touched.
                ((*id).clone(), !matches!(asked.await, Some(Ok(false))))
            });
            for (id, is_protected) in futures_util::future::join_all(answers).await {
                if is_protected {
                    protected.insert(id.clone());
                }
                asked.insert(id);
            }
        }
    }
}
