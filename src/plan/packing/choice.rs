use crate::observe::Pod;
use crate::plan::packing::bin::Bin;
use crate::plan::packing::demands::Demands;
use crate::plan::packing::order::throw;

/// Which of the bins that fit the pod, given by their places, it goes to.
pub struct Choice<'c, 'a> {
    pub bins: &'c [Bin<'a>],
    pub pod: &'c Pod,
    pub fitting: &'c [usize],
    pub demands: &'c Demands<'c>,
}

pub type Choose<'f> = dyn Fn(&Choice<'_, '_>) -> Option<usize> + 'f;

impl Choice<'_, '_> {
    /// As the scheduler chooses: by score. Among equals it throws dice; here each round decides otherwise. Says beside the
    /// place whether the dice chose between bins that differ; `anywhere`: by what they have free alone.
    pub fn preferred(&self, round: usize, anywhere: bool) -> Option<(usize, bool)> {
        let fitting = || self.fitting.iter().filter_map(|index| self.bins.get(*index).map(|bin| (*index, bin)));
        let wanted: Vec<u64> = fitting().map(|(_, bin)| self.demands.wanted_at(bin)).collect();
        let (least, most) = (wanted.iter().min().copied().unwrap_or(0), wanted.iter().max().copied().unwrap_or(0));
        // Source: kube-scheduler's plugin `InterPodAffinity`, of twice the weight of the others.
        let near = |wanted: u64| wanted.saturating_sub(least).saturating_mul(100).checked_div(most.saturating_sub(least)).unwrap_or(0);
        let score = |bin: &Bin<'_>, wanted: u64| bin.score(self.pod).saturating_add(near(wanted).saturating_mul(2));
        let scored: Vec<(u64, usize, &Bin<'_>)> =
            fitting().zip(wanted).map(|((index, bin), wanted)| (score(bin, wanted), index, bin)).collect();
        let best = scored.iter().map(|(score, ..)| *score).max()?;
        let equals = || scored.iter().filter(|(score, ..)| *score == best);
        let (_, index, chosen) = equals().max_by_key(|(_, index, _)| (throw(self.pod, *index, round), *index))?;
        let by_chance = equals().any(|(.., other)| !chosen.is_like(other, anywhere));
        Some((*index, by_chance))
    }
}
