//! The demo's day, as `smartscale demo` runs it, without the waiting.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::check::check;
use crate::decide::Action;
use crate::rules::{Cluster, PriceList};
use crate::runtime::tick::{Order, tick};
use crate::sandbox::{Ran, demo};
use crate::source::Sources;

/// Thirty real seconds at the demo's own speed.
const SOON: SignedDuration = SignedDuration::from_hours(5);

fn cluster() -> Arc<Cluster> {
    let sources = Sources::single("production.scale", include_str!("examples/whole_file.scale"));
    Arc::new(check(&sources).ruleset.unwrap().clusters.remove(0))
}

/// Every change of the first `hours`, with how long after the start it came.
fn changes(hours: i64) -> Vec<(SignedDuration, Action, u32)> {
    let cluster = cluster();
    let sandbox = demo(&cluster, &PriceList::default());
    let start: Timestamp = sandbox.now();
    let mut changes = Vec::new();
    for number in 0..hours * 120 {
        let now = start + SignedDuration::from_secs(30 * number);
        sandbox.advance(now);
        let order = Order {
            cluster: Arc::clone(&cluster),
            prices: Arc::default(),
            notices: Vec::new(),
            owner: number.to_string(),
            deadline: now + SignedDuration::from_secs(60),
            evaluate_now: false,
        };
        let Ran::Done(report) = sandbox.run(tick(&sandbox, &order)) else { panic!("nothing crashes here") };
        assert!(report.is_committed(), "{:?}", report.ended);
        if let Some(decision) = report.because().filter(|decision| decision.action != Action::Stay) {
            changes.push((now.duration_since(start), decision.action, sandbox.world().ready_nodes()));
        }
    }
    changes
}

#[test]
fn the_demo_scales_up_and_down_soon_and_ends_the_day_where_it_began() {
    let changes = changes(24);
    let first = |wanted: fn(&Action) -> bool| changes.iter().find(|(_, action, _)| wanted(action)).map(|(after, _, _)| *after);
    let (up, down) = (first(|action| matches!(action, Action::Add(_))), first(|action| matches!(action, Action::Remove(_))));
    assert!(up.is_some_and(|after| after < SOON / 2), "{changes:?}");
    assert!(down.is_some_and(|after| after < SOON), "{changes:?}");
    let most = changes.iter().map(|(_, _, ready)| *ready).max();
    assert!(most >= Some(7), "the flash sale needs most of the pool: {changes:?}");
    assert!(changes.last().is_some_and(|(_, _, ready)| *ready <= 4), "the night needs little: {changes:?}");
}
