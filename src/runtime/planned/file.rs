use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::decide::Decision;
use crate::ledger::State;
use crate::plan::{Launch, LaunchCause, Operation, OperationId, Outcome, PassedOver, RetireCause, Step, step_in_words};
use crate::rules::Cluster;
use crate::runtime::planned::RestsOn;
use crate::runtime::tick::TickReport;

/// The version of the file that this program writes, and the only one that it carries out.
pub const PLAN_VERSION: u32 = 1;

/// A plan as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    pub smartscale_plan: u32,
    pub cluster: String,
    pub made_at: Timestamp,
    /// The hash of the rules by which it was decided.
    pub ruleset: String,
    /// For people: the decision in one line, and each first step in another.
    pub summary: Vec<String>,
    pub decision: Decision,
    pub rests_on: RestsOn,
    /// What is begun, with ids and tokens: to carry it out twice launches nothing twice.
    pub operations: Vec<Operation>,
    /// The side effects that come first; what follows them depends on what they bring.
    pub steps: Vec<Step>,
    /// For a removal: each node that was not chosen.
    pub passed_over: Vec<PassedOver>,
    /// Of everything else in this file, which is carried out as it was made or not at all.
    pub digest: String,
}

/// No plan can be made of what was seen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    #[error("nothing was decided, so there is no plan: {reason}")]
    Undecided { reason: String },
    #[error("{} cannot be begun now: {reason}", nodes(*.wanted))]
    Launch { wanted: u32, reason: String },
}

fn nodes(count: u32) -> String {
    format!("a launch of {count} node{}", if count == 1 { "" } else { "s" })
}

/// A file is no plan that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    #[error("it is no plan: {0}")]
    Unreadable(String),
    #[error("it is a plan of version {found}, this smartscale knows version {PLAN_VERSION}")]
    Version { found: u64 },
    #[error("it was changed after it was made")]
    Changed,
}

impl PlanFile {
    /// Makes a plan of a tick that was run ahead; `before` is the state that it began with.
    ///
    /// # Errors
    ///
    /// Where nothing could be decided, or a launch could not be planned down to its calls.
    pub fn of(report: &TickReport, cluster: &Cluster, before: Option<&State>) -> Result<Self, NoPlan> {
        let Some(decided) = &report.decided else {
            let reason = if report.missing.is_empty() { "no tick could run".to_owned() } else { report.missing.join("; ") };
            return Err(NoPlan::Undecided { reason });
        };
        let operations: Vec<Operation> =
            report.operations.iter().filter(|operation| is_of_decision(operation, report.at)).cloned().collect();
        let unplanned = operations.iter().filter_map(as_launch).find(|launch| launch.open() > 0 || launch.attempts.is_empty());
        if let Some(launch) = unplanned {
            let reason = report.remarks.iter().map(|remark| remark.text.clone()).collect::<Vec<_>>().join("; ");
            return Err(NoPlan::Launch { wanted: launch.wanted, reason });
        }
        let ids: Vec<&OperationId> = operations.iter().map(Operation::id).collect();
        let steps = report.outcomes.iter().map(|outcome: &Outcome| &outcome.step).filter(|step| ids.contains(&step.operation()));
        let steps: Vec<Step> = steps.cloned().collect();
        let headline = decided.decision.headline(&cluster.timezone);
        let mut plan = Self {
            smartscale_plan: PLAN_VERSION,
            cluster: cluster.name.clone(),
            made_at: report.at,
            ruleset: decided.ruleset.clone(),
            summary: [headline].into_iter().chain(steps.iter().map(step_in_words)).collect(),
            decision: (*decided.decision).clone(),
            rests_on: RestsOn::of(report, cluster, before),
            operations,
            steps,
            passed_over: report.passed_over.clone(),
            digest: String::new(),
        };
        plan.digest = plan.digested();
        Ok(plan)
    }

    /// Reads a plan, and holds it to be as it was made.
    ///
    /// # Errors
    ///
    /// Where it is none, of another version, or was changed since.
    pub fn read(text: &str) -> Result<Self, PlanFileError> {
        let unreadable = |error: serde_json::Error| PlanFileError::Unreadable(error.to_string());
        let value: serde_json::Value = serde_json::from_str(text).map_err(unreadable)?;
        let version = value.get("smartscale_plan").and_then(serde_json::Value::as_u64);
        let found = version.ok_or_else(|| PlanFileError::Unreadable("it has no `smartscale_plan`".to_owned()))?;
        if found != u64::from(PLAN_VERSION) {
            return Err(PlanFileError::Version { found });
        }
        let plan: Self = serde_json::from_value(value).map_err(unreadable)?;
        if plan.digest == plan.digested() { Ok(plan) } else { Err(PlanFileError::Changed) }
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        // Nothing in a plan lacks a JSON form.
        serde_json::to_string_pretty(self).map_or_else(|_| String::new(), |text| format!("{text}\n"))
    }

    fn digested(&self) -> String {
        let bare = Self { digest: String::new(), ..self.clone() };
        let bytes = serde_json::to_vec(&bare).unwrap_or_default();
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The operations as an apply at that instant begins them: what counts from their begin counts from now.
    #[must_use]
    pub fn begun_at(&self, now: Timestamp, drain_within: SignedDuration) -> Vec<Operation> {
        let mut operations = self.operations.clone();
        for operation in &mut operations {
            match operation {
                Operation::Launch(launch) => {
                    launch.decided_at = now;
                    launch.attempts.iter_mut().for_each(|attempt| attempt.intended_at = now);
                }
                Operation::Retire(retire) => {
                    retire.decided_at = now;
                    retire.deadline = now.saturating_add(drain_within).unwrap_or(Timestamp::MAX);
                }
            }
        }
        operations
    }
}

fn as_launch(operation: &Operation) -> Option<&Launch> {
    match operation {
        Operation::Launch(launch) => Some(launch),
        Operation::Retire(_) => None,
    }
}

/// Begun by this very decision; repairs and rescues are any tick's, plan or not.
fn is_of_decision(operation: &Operation, at: Timestamp) -> bool {
    operation.decided_at() == at
        && match operation {
            Operation::Launch(launch) => matches!(launch.cause, LaunchCause::Decision { .. }),
            Operation::Retire(retire) => matches!(retire.cause, RetireCause::Decision { .. }),
        }
}
