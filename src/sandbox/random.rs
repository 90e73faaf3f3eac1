/// Our own pseudo-random numbers (SplitMix64): one seed, one history, on every machine and in every version.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..bound`; 0 for a bound of 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        // The bias is of no matter: bounds are tiny beside 2^64.
        if bound == 0 { 0 } else { self.next() % bound }
    }

    /// One of `least..=most`.
    pub const fn between(&mut self, least: i64, most: i64) -> i64 {
        if most <= least { least } else { least + self.below((most - least) as u64 + 1) as i64 }
    }

    /// True in so many of a thousand draws.
    pub const fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille as u64
    }

    /// One of the items; `None` of none.
    pub fn one_of<T>(&mut self, items: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>) -> Option<T> {
        let mut items = items.into_iter();
        let place = self.below(items.len() as u64);
        items.nth(usize::try_from(place).unwrap_or(0))
    }
}
