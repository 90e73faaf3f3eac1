use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::observe::Notice;
use crate::plan::{Progress, Situation, cooling};

/// A notice, kept until it has been acted upon: AWS tells most of them once, and the tick that hears it may not see EC2 or
/// Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub notice: Notice,
    pub at: Timestamp,
}

/// A notice without an end is no longer news after that long.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

impl Progress {
    /// Takes in what was told since the last tick. The same notice twice is one.
    pub(crate) fn hear(&mut self, situation: &Situation<'_>) {
        let now = situation.now;
        for notice in situation.notices {
            match self.notices.iter_mut().find(|heard| heard.notice == *notice) {
                Some(heard) => heard.at = now,
                None => self.notices.push(Heard { notice: notice.clone(), at: now }),
            }
        }
        self.notices.retain(|heard| match heard.notice.ends_at {
            // Looked at a last time when its end has come.
            Some(end) => cooling::later(end, FRESH) > now,
            None => cooling::later(heard.at, FRESH) > now,
        });
    }
}
