use jiff::Timestamp;

use crate::ledger::{Event, EventKind, State, Unannounced};
use crate::plan::Remark;
use crate::rules::{Channel, Cluster, Topic};
use crate::runtime::tick::conditions::was_told;

/// The events of one tick, numbered within its instant, until a write takes them.
pub(super) struct Journal {
    at: Timestamp,
    next: u32,
    waiting: Vec<Event>,
}

impl Journal {
    pub fn new(at: Timestamp) -> Self {
        Self { at, next: 0, waiting: Vec::new() }
    }

    /// Notes an event. News goes into the state in the same write, so that none is announced that was not committed, and
    /// none is lost that was (invariant 9).
    pub fn note(&mut self, state: &mut State, cluster: &Cluster, kind: EventKind, topic: Option<Topic>, text: impl Into<String>) {
        self.note_at_length(state, cluster, kind, topic, text, String::new());
    }

    /// The same, with more to say than one line.
    pub fn note_at_length(
        &mut self,
        state: &mut State,
        cluster: &Cluster,
        kind: EventKind,
        topic: Option<Topic>,
        title: impl Into<String>,
        text: String,
    ) {
        let (n, title) = (self.next, title.into());
        self.next += 1;
        if let Some(topic) = topic {
            let channels = channels(cluster, topic);
            if !channels.is_empty() && !was_told(state, topic, &title, self.at) {
                state.unannounced.push(Unannounced { at: self.at, n, topic, title: title.clone(), text, channels });
            }
        }
        self.waiting.push(Event { at: self.at, n, kind, topic, text: title });
    }

    pub fn remark(&mut self, state: &mut State, cluster: &Cluster, remark: &Remark) {
        let kind = EventKind::Advanced { operation: remark.operation.clone(), what: remark.text.clone() };
        self.note(state, cluster, kind, remark.topic, remark.text.clone());
    }

    /// The events that no write has taken yet.
    pub fn waiting(&self) -> &[Event] {
        &self.waiting
    }

    /// They stand in the ledger.
    pub fn written(&mut self) {
        self.waiting.clear();
    }
}

fn channels(cluster: &Cluster, topic: Topic) -> Vec<Channel> {
    let mut channels: Vec<Channel> =
        cluster.notify.iter().filter(|notice| notice.topics.contains(&topic)).map(|notice| notice.channel).collect();
    channels.sort_unstable();
    channels.dedup();
    channels
}
