use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::ledger::{LedgerError, RedbLedger, Retention};
use crate::observe::Answer;
use crate::rules::{Cluster, PriceList};
use crate::runtime::board::Board;
use crate::runtime::tick::{Order, TickReport, tick};
use crate::runtime::{World, owner};
use crate::sandbox::{Ran, Sandbox, demo};

/// The demo's world: a sandbox with a day of traffic, and a ledger in a file that goes with it.
#[derive(Debug)]
pub struct DemoWorld {
    sandbox: Sandbox,
    ledger: RedbLedger,
    file: LedgerFile,
}

/// The file of a demo's ledger.
#[derive(Debug)]
enum LedgerFile {
    /// The demo's own, gone with it.
    Own(PathBuf),
    /// Somebody wants to ask it afterwards.
    Kept,
}

/// Between two ticks while operations are in flight, in simulated time.
const TICK: SignedDuration = SignedDuration::from_secs(15);
const BUDGET: SignedDuration = SignedDuration::from_secs(50);

impl DemoWorld {
    /// Makes the world, with its ledger in `folder`, for as long as it runs.
    ///
    /// # Errors
    ///
    /// Where the ledger's file cannot be made.
    pub fn new(cluster: &Cluster, prices: &PriceList, folder: &Path) -> Result<Self, LedgerError> {
        let file = folder.join(format!("smartscale-demo-{}.redb", std::process::id()));
        let ledger = RedbLedger::open(&file, Retention::default())?;
        Ok(Self { sandbox: demo(cluster, prices), ledger, file: LedgerFile::Own(file) })
    }

    /// Makes the world, with its ledger in a new file that stays.
    ///
    /// # Errors
    ///
    /// Where the file is there already, since each simulated day begins at the same instant, or cannot be made.
    pub fn keeping(cluster: &Cluster, prices: &PriceList, file: &Path) -> Result<Self, LedgerError> {
        if file.exists() {
            let reason = format!("`{}` is there already, and every simulated day needs a ledger of its own", file.display());
            return Err(LedgerError::Unavailable { reason });
        }
        let ledger = RedbLedger::open(file, Retention::default())?;
        Ok(Self { sandbox: demo(cluster, prices), ledger, file: LedgerFile::Kept })
    }

    /// Runs ticks until `stop` ends or that much simulated time has passed, `speed` simulated seconds in each real one.
    pub async fn run(
        &self,
        cluster: &Arc<Cluster>,
        speed: u32,
        at_most: Option<SignedDuration>,
        board: &watch::Sender<Board>,
        stop: impl Future<Output = ()>,
        mut hear: impl FnMut(&TickReport),
    ) {
        let mut stop = std::pin::pin!(stop);
        let prices: Arc<PriceList> = Arc::default();
        let start = self.sandbox.now();
        let began = tokio::time::Instant::now();
        loop {
            let now = self.sandbox.now();
            if at_most.is_some_and(|most| now.duration_since(start) >= most) {
                return;
            }
            let order = Order {
                cluster: Arc::clone(cluster),
                prices: Arc::clone(&prices),
                notices: Vec::new(),
                owner: owner("demo", now),
                deadline: now.saturating_add(BUDGET).unwrap_or(Timestamp::MAX),
                evaluate_now: false,
            };
            let Ran::Done(report) = self.sandbox.run(tick(self, &order)) else { return };
            hear(&report);
            board.send_modify(|board| board.take_in(&report, cluster));
            let next = next(&report, now);
            // By the whole time since the start, so that what ticks take does not slow the day down.
            let due = Duration::try_from(next.duration_since(start)).unwrap_or(Duration::ZERO) / speed.max(1);
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = tokio::time::sleep_until(began + due) => self.sandbox.advance(next),
            }
        }
    }
}

fn next(report: &TickReport, now: Timestamp) -> Timestamp {
    let soon = now.saturating_add(TICK).unwrap_or(Timestamp::MAX);
    match report.next_evaluation.filter(|at| *at > now) {
        Some(evaluation) if report.operations.is_empty() => evaluation,
        Some(evaluation) => evaluation.min(soon),
        None => soon,
    }
}

impl Drop for DemoWorld {
    fn drop(&mut self) {
        if let LedgerFile::Own(file) = &self.file {
            // Where it cannot be removed the system's temporary folder keeps it a while.
            let _ = std::fs::remove_file(file);
        }
    }
}

impl World for DemoWorld {
    type Metrics = Sandbox;
    type Fleet = Sandbox;
    type Cluster = Sandbox;
    type Ledger = RedbLedger;
    type Announcer = Sandbox;
    type Clock = Sandbox;

    fn metrics(&self) -> &Sandbox {
        &self.sandbox
    }

    fn fleet(&self) -> &Sandbox {
        &self.sandbox
    }

    fn cluster(&self) -> &Sandbox {
        &self.sandbox
    }

    fn ledger(&self) -> &RedbLedger {
        &self.ledger
    }

    fn announcer(&self) -> &Sandbox {
        &self.sandbox
    }

    fn clock(&self) -> &Sandbox {
        &self.sandbox
    }

    fn driven(&self, name: &str) -> Option<Answer> {
        self.sandbox.driven(name)
    }
}
