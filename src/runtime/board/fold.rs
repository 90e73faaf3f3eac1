use std::sync::Arc;

use crate::decide::Action;
use crate::ledger::Decided;
use crate::observe::Answer;
use crate::plan::operation_in_words;
use crate::rules::{Cluster, Number};
use crate::runtime::board::{Board, BoardDecision, BoardOperation, BoardPoint, Kind};
use crate::runtime::tick::TickReport;

impl Board {
    /// Takes in what a tick reports.
    pub fn take_in(&mut self, report: &TickReport, cluster: &Cluster) {
        self.now = Some(report.at);
        self.missing.clone_from(&report.missing);
        if !report.is_committed() {
            return;
        }
        self.ready = report.counts.ready;
        self.launching = report.counts.launching;
        self.unready = report.counts.unready;
        self.draining = report.counts.draining;
        self.operations = report
            .operations
            .iter()
            .map(|operation| BoardOperation {
                id: operation.id().to_string(),
                title: operation_in_words(operation),
                since: operation.decided_at(),
            })
            .collect();
        if let Some(decided) = &report.decided {
            self.wanted = decided.decision.wanted.or(self.wanted);
            self.load = load(decided, cluster);
            self.plot(BoardPoint {
                at: report.at,
                load: self.load.as_ref().map(|(_, value)| value.clone()),
                ready: report.counts.ready,
                wanted: decided.decision.wanted,
            });
            self.tell(decision(decided, cluster));
        }
    }
}

fn decision(decided: &Decided, cluster: &Cluster) -> BoardDecision {
    let headline = decided.decision.headline(&cluster.timezone);
    let (title, reason) = headline.split_once(": ").unwrap_or((&headline, ""));
    BoardDecision {
        at: decided.decision.at,
        kind: match decided.decision.action {
            Action::Add(_) => Kind::Add,
            Action::Remove(_) => Kind::Remove,
            Action::Stay => Kind::Stay,
        },
        title: title.to_owned(),
        reason: reason.to_owned(),
        decision: Arc::clone(&decided.decision),
    }
}

/// The first metric of capacity that has a value now, with its name.
fn load(decided: &Decided, cluster: &Cluster) -> Option<(String, Number)> {
    let at = decided.decision.at;
    cluster.metrics.iter().zip(&decided.observed.metrics).filter(|(metric, _)| metric.of_capacity).find_map(
        |(metric, answer)| match &answer.as_ref()?.series.at(at)?.answer {
            Answer::Value(value) => Some((metric.name.clone(), value.clone())),
            Answer::Missing(_) => None,
        },
    )
}
