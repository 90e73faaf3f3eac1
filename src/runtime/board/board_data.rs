use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::decide::Decision;
use crate::rules::{Bounds, Number};

/// The state of one loop, as a person wants to see it.
#[derive(Clone, Debug, Serialize)]
pub struct Board {
    pub cluster: String,
    #[serde(skip)]
    pub timezone: TimeZone,
    /// The instant of the last tick.
    pub now: Option<Timestamp>,
    /// The cluster's range, not that of the moment.
    pub range: Bounds,
    /// Ready, launching, unready, draining; `None` while nobody can say.
    pub ready: Option<u32>,
    pub launching: Option<u32>,
    pub unready: Option<u32>,
    pub draining: Option<u32>,
    pub wanted: Option<u32>,
    /// The share of capacity in use, in percent points, where a metric says so; its name with it.
    pub load: Option<(String, Number)>,
    /// In order of time, the newest last.
    pub points: VecDeque<BoardPoint>,
    /// Every decision that was not to stay, and the last one in any case; the newest last.
    pub decisions: VecDeque<BoardDecision>,
    pub operations: Vec<BoardOperation>,
    /// What could not be seen at the last tick: one line each.
    pub missing: Vec<String>,
    /// Word of the last reload of the rules.
    pub rules: Option<String>,
}

/// One evaluation on the chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BoardPoint {
    pub at: Timestamp,
    pub load: Option<Number>,
    pub ready: Option<u32>,
    pub wanted: Option<u32>,
}

/// One decision with its because.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BoardDecision {
    pub at: Timestamp,
    pub kind: Kind,
    /// `add 2 nodes (3 → 5)`.
    pub title: String,
    /// One line.
    pub reason: String,
    /// The decision itself, with its whole because.
    pub decision: Arc<Decision>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Add,
    Remove,
    Stay,
}

/// One operation in flight, or just ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BoardOperation {
    pub id: String,
    pub title: String,
    pub since: Timestamp,
}

/// A day at one evaluation a minute.
const MOST_POINTS: usize = 1440;
const MOST_DECISIONS: usize = 60;

impl Board {
    #[must_use]
    pub fn new(cluster: &str, timezone: TimeZone, range: Bounds) -> Self {
        Self {
            cluster: cluster.to_owned(),
            timezone,
            now: None,
            range,
            ready: None,
            launching: None,
            unready: None,
            draining: None,
            wanted: None,
            load: None,
            points: VecDeque::new(),
            decisions: VecDeque::new(),
            operations: Vec::new(),
            missing: Vec::new(),
            rules: None,
        }
    }

    /// Adds an evaluation to the chart.
    pub fn plot(&mut self, point: BoardPoint) {
        self.points.push_back(point);
        while self.points.len() > MOST_POINTS {
            self.points.pop_front();
        }
    }

    /// Adds a decision to the feed; one to stay replaces an earlier one to stay, so that changes are not washed away.
    pub fn tell(&mut self, decision: BoardDecision) {
        if self.decisions.back().is_some_and(|last| last.kind == Kind::Stay) {
            self.decisions.pop_back();
        }
        self.decisions.push_back(decision);
        while self.decisions.len() > MOST_DECISIONS {
            self.decisions.pop_front();
        }
    }
}
