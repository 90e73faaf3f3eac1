use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::observe::{Instance, Node, Pod};

/// Earlier answers, from which stale reads answer. Kept only where a fault asks for them.
#[derive(Debug, Default)]
pub struct Remembered {
    pub instances: Past<Vec<Instance>>,
    pub nodes: Past<Vec<Node>>,
    pub pending: Past<Vec<Pod>>,
}

/// The answers of one read, oldest first.
#[derive(Debug)]
pub struct Past<T> {
    answers: VecDeque<(Timestamp, T)>,
}

/// As many as a stale read can reach back over.
const KEPT: usize = 16;

impl<T> Default for Past<T> {
    fn default() -> Self {
        Self { answers: VecDeque::new() }
    }
}

impl<T: Clone> Past<T> {
    pub fn keep(&mut self, at: Timestamp, answer: &T) {
        if self.answers.len() == KEPT {
            self.answers.pop_front();
        }
        self.answers.push_back((at, answer.clone()));
    }

    /// The oldest answer that is at most that old.
    #[must_use]
    pub fn oldest_within(&self, now: Timestamp, by: SignedDuration) -> Option<T> {
        self.answers.iter().find(|(at, _)| now.duration_since(*at) <= by).map(|(_, answer)| answer.clone())
    }
}
