use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::act::Fleet as _;
use crate::observe::{Metrics as _, Notice};
use crate::rules::PriceList;
use crate::runtime::board::Board;
use crate::runtime::configuration::DaemonSettings;
use crate::runtime::live_rules::{LiveRules, Reload};
use crate::runtime::owner::owner;
use crate::runtime::tick::{Ended, Order, TickReport};
use crate::runtime::{Clock as _, RulesWatch, World, tick_with_notices};

/// What the daemon tells whoever watches it.
#[derive(Debug)]
pub enum Heard<'a> {
    Tick(&'a TickReport, &'a crate::rules::Cluster),
    Reload(&'a Reload),
    /// EC2 does not tell which instances are about to end; said once for each reason.
    Deaf(&'a str),
}

/// After a tick that could not do its work the next one comes no sooner.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// How often EC2 is asked for instances whose end is near: a spot instance has two minutes.
const LISTEN_EVERY: SignedDuration = SignedDuration::from_secs(15);

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
    let mut ear = Ear::default();
    loop {
        // Looked at before each tick too: a notice of the system may come late.
        take_up(&mut rules, &board, &mut hear);
        let cluster = rules.cluster();
        let now = world.clock().now();
        let order = Order {
            cluster: cluster.clone(),
            prices: Arc::clone(&prices),
            notices: ear.news.clone(),
            owner: owner("daemon", now),
            deadline: now.saturating_add(settings.budget).unwrap_or(Timestamp::MAX),
            evaluate_now: false,
        };
        // A tick is never cut off: it ends within its budget, and commits.
        let report = tick_with_notices(world, &order).await;
        if report.is_committed() {
            ear.news.clear();
        }
        hear(Heard::Tick(&report, &cluster));
        world.metrics().prepare(world.clock().now()).await;
        board.send_modify(|board| board.take_in(&report, &cluster));
        let next = next_tick(&report, now, settings.tick);
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = world.clock().until(next) => break,
                () = watch.changed() => take_up(&mut rules, &board, &mut hear),
                () = ear.listen(world) => {
                    if let Some(reason) = ear.deaf.take() {
                        hear(Heard::Deaf(&reason));
                    }
                    if !ear.news.is_empty() {
                        break;
                    }
                }
            }
        }
    }
}

/// What EC2 was heard to say between ticks.
#[derive(Debug, Default)]
struct Ear {
    known: BTreeSet<Notice>,
    /// Not taken in by a tick yet.
    news: Vec<Notice>,
    asked_at: Option<Timestamp>,
    /// Why EC2 could not be heard, if that is new.
    deaf: Option<String>,
    deaf_before: Option<String>,
}

impl Ear {
    /// Waits until it is time, and asks. What was heard before is no news.
    async fn listen<W: World>(&mut self, world: &W) {
        let due = self.asked_at.and_then(|at| at.checked_add(LISTEN_EVERY).ok()).unwrap_or(Timestamp::MIN);
        world.clock().until(due).await;
        let told = world.fleet().notices().await;
        self.asked_at = Some(world.clock().now());
        match told {
            Ok(notices) => {
                self.deaf_before = None;
                self.news.extend(notices.iter().filter(|notice| !self.known.contains(*notice)).cloned());
                self.known = notices.into_iter().collect();
            }
            Err(unseen) => {
                let is_new = self.deaf_before.as_ref() != Some(&unseen.reason);
                self.deaf = is_new.then(|| unseen.reason.clone());
                self.deaf_before = Some(unseen.reason);
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
