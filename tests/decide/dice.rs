use jiff::SignedDuration;
use proptest::prelude::*;

/// A tape of choices: random values come from it, and proptest shrinks a failure by shrinking the tape.
pub struct Dice {
    tape: Vec<u16>,
    next: usize,
}

pub fn tapes() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), 0..600)
}

impl Dice {
    pub fn new(tape: Vec<u16>) -> Self {
        Self { tape, next: 0 }
    }

    /// 0 to `sides` − 1; 0 when the tape has run out.
    pub fn roll(&mut self, sides: usize) -> usize {
        let value = self.tape.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        usize::from(value) % sides
    }

    pub fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == sides - 1
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }

    pub fn seconds(&mut self, from: &[i64]) -> SignedDuration {
        SignedDuration::from_secs(self.pick(from))
    }
}
