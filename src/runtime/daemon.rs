use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::rules::PriceList;
use crate::runtime::board::Board;
use crate::runtime::configuration::DaemonSettings;
use crate::runtime::live_rules::{LiveRules, Reload};
use crate::runtime::owner::owner;
use crate::runtime::tick::{Ended, Order, TickReport, tick};
use crate::runtime::{Clock as _, RulesWatch, World};

/// What the daemon tells whoever watches it.
#[derive(Debug)]
pub enum Heard<'a> {
    Tick(&'a TickReport, &'a crate::rules::Cluster),
    Reload(&'a Reload),
}

/// After a tick that could not do its work the next one comes no sooner.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// What the daemon runs with.
#[derive(Debug)]
pub struct Daemon<'a, W> {
    pub world: &'a W,
    pub rules: LiveRules,
    pub watch: RulesWatch,
    pub prices: Arc<PriceList>,
    pub settings: &'a DaemonSettings,
    /// Where the status page looks.
    pub board: watch::Sender<Board>,
}

/// Runs ticks until `stop` ends: at each evaluation's time and, while operations are in flight, every `tick`. A changed rule is
/// in force before the next tick.
pub async fn run_daemon<W: World>(daemon: Daemon<'_, W>, stop: impl Future<Output = ()>, mut hear: impl FnMut(Heard<'_>)) {
    let Daemon { world, mut rules, mut watch, prices, settings, board } = daemon;
    let mut stop = std::pin::pin!(stop);
    loop {
        // Looked at before each tick too: a notice of the system may come late.
        take_up(&mut rules, &board, &mut hear);
        let cluster = rules.cluster();
        let now = world.clock().now();
        let order = Order {
            cluster: cluster.clone(),
            prices: Arc::clone(&prices),
            notices: Vec::new(),
            owner: owner("daemon", now),
            deadline: now.saturating_add(settings.budget).unwrap_or(Timestamp::MAX),
            evaluate_now: false,
        };
        // A tick is never cut off: it ends within its budget, and commits.
        let report = tick(world, &order).await;
        hear(Heard::Tick(&report, &cluster));
        board.send_modify(|board| board.take_in(&report, &cluster));
        let next = next_tick(&report, now, settings.tick);
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = world.clock().until(next) => break,
                () = watch.changed() => take_up(&mut rules, &board, &mut hear),
            }
        }
    }
}

fn take_up(rules: &mut LiveRules, board: &watch::Sender<Board>, hear: &mut impl FnMut(Heard<'_>)) {
    let reload = rules.reload();
    let word = match &reload {
        Reload::Unchanged => return,
        Reload::Taken { hash } => format!("rules {hash} are in force"),
        Reload::Refused { summary, .. } => format!("changed rules were refused, the old ones stay in force: {summary}"),
    };
    hear(Heard::Reload(&reload));
    let range = rules.cluster().nodes;
    board.send_modify(|board| {
        board.rules = Some(word);
        board.range = range;
    });
}

fn next_tick(report: &TickReport, began: Timestamp, every: SignedDuration) -> Timestamp {
    let soon = began.saturating_add(every.max(PAUSE)).unwrap_or(Timestamp::MAX);
    let busy = !report.operations.is_empty() || !matches!(report.ended, Ended::Committed);
    match report.next_evaluation {
        Some(evaluation) if !busy => evaluation.max(began.saturating_add(PAUSE).unwrap_or(evaluation)),
        Some(evaluation) => evaluation.min(soon).max(began.saturating_add(PAUSE).unwrap_or(soon)),
        None => soon,
    }
}
