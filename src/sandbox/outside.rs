use jiff::SignedDuration;

use crate::observe::{Market, Notice, NoticeKind};
use crate::plan::PROTECTED;
use crate::sandbox::world::{Machine, World};
use crate::sandbox::{Happening, Outside};

/// What others do to the simulated cloud and cluster.
impl World {
    /// What others do.
    pub fn befall(&mut self, outside: &Outside) {
        if self.strikes_home(outside)
            && let Some(name) = outside.name()
        {
            self.strikes.count(name);
        }
        match outside {
            Outside::Kill(place) => {
                let living = self.living();
                if let Some(id) = nth(&living, *place).cloned() {
                    self.lost_outside();
                    self.shut_down(&id);
                }
            }
            Outside::Recommend(place) => self.warn(*place, NoticeKind::RebalanceRecommendation, None),
            Outside::Maintain(place) => self.warn(*place, NoticeKind::ScheduledMaintenance, Some(SignedDuration::from_mins(10))),
            Outside::Repeat => self.notices.extend(self.noticed.iter().cloned()),
            Outside::Vanish { place, back } => self.vanish(*place, *back),
            Outside::ProtectInstance(place) => {
                let ready: Vec<String> =
                    self.nodes.values().filter(|node| node.is_ready()).filter_map(|node| node.instance_id.clone()).collect();
                if let Some(machine) = nth(&ready, *place).and_then(|id| self.machines.get_mut(id)) {
                    machine.protected = true;
                }
            }
            Outside::Reclaim(place) => self.reclaim(*place),
            Outside::Silence(count) => {
                let names: Vec<String> = self.nodes.values().filter(|node| node.is_ready()).map(|node| node.name.clone()).collect();
                names.iter().take(*count).for_each(|name| self.fall_silent(name));
                self.lost_outside();
            }
            Outside::Speak => {
                let names: Vec<String> = self.silent.iter().cloned().collect();
                names.iter().for_each(|name| self.speak(name));
            }
            Outside::Cordon(place) => {
                let names: Vec<String> = self.nodes.values().filter(|node| !node.unschedulable).map(|node| node.name.clone()).collect();
                if let Some(node) = nth(&names, *place).and_then(|name| self.nodes.get_mut(name)) {
                    node.unschedulable = true;
                    self.cordoned_by_person.insert(node.name.clone());
                }
            }
            Outside::Uncordon => {
                for name in std::mem::take(&mut self.cordoned_by_person) {
                    if let Some(node) = self.nodes.get_mut(&name) {
                        node.unschedulable = false;
                    }
                }
                self.unscheduled = true;
            }
            Outside::Protect(place) => {
                let names: Vec<String> = self.nodes.keys().cloned().collect();
                if let Some(node) = nth(&names, *place).and_then(|name| self.nodes.get_mut(name)) {
                    node.annotations.insert(PROTECTED.to_owned(), "true".to_owned());
                    self.protected_by_person.entry(node.name.clone()).or_insert(self.now);
                }
            }
            Outside::BreakJoins => self.joins_broken = true,
            Outside::MendJoins => self.joins_broken = false,
            Outside::Scale { workload, replicas } => {
                if let Some(workload) = self.settings.workloads.get_mut(*workload) {
                    workload.replicas = *replicas;
                    self.unscheduled = true;
                }
            }
            Outside::Stock { market, left } => self.set_stock(*market, *left),
        }
    }

    fn reclaim(&mut self, place: usize) {
        let spot = |machine: &&Machine| machine.instance.market == Market::Spot && machine.instance.state.is_alive();
        let spots: Vec<String> = self.machines.values().filter(spot).map(|machine| machine.instance.id.clone()).collect();
        let instance = nth(&spots, place).cloned();
        let ends_at = self.now.saturating_add(SignedDuration::from_mins(2)).ok();
        if let (Some(instance), Some(at)) = (&instance, ends_at) {
            self.schedule_at(at, Happening::Reclaimed { instance: instance.clone() });
        }
        let instance_id = instance.unwrap_or_else(|| "i-of-somebody-else".to_owned());
        self.tell(Notice { instance_id, kind: NoticeKind::SpotInterruption, ends_at });
    }

    fn tell(&mut self, notice: Notice) {
        self.lost_outside();
        self.noticed.push(notice.clone());
        self.notices.push(notice);
    }

    /// A notice about any instance that lives; whether anything comes of it is AWS' affair.
    fn warn(&mut self, place: usize, kind: NoticeKind, after: Option<SignedDuration>) {
        let living = self.living();
        let Some(instance_id) = nth(&living, place).cloned() else { return };
        let ends_at = after.and_then(|after| self.now.saturating_add(after).ok());
        if let Some(at) = ends_at {
            self.schedule_at(at, Happening::Reclaimed { instance: instance_id.clone() });
        }
        self.tell(Notice { instance_id, kind, ends_at });
    }

    fn vanish(&mut self, place: usize, back: Option<SignedDuration>) {
        let names: Vec<String> = self.nodes.keys().cloned().collect();
        let Some(name) = nth(&names, place).cloned() else { return };
        let instance = self.nodes.get(&name).and_then(|node| node.instance_id.clone());
        self.drop_node(&name);
        self.lost_outside();
        if let (Some(back), Some(instance)) = (back, instance) {
            self.schedule(back, Happening::Registers { instance });
        }
    }

    /// There is somebody that it can befall.
    fn strikes_home(&self, outside: &Outside) -> bool {
        match outside {
            Outside::Reclaim(_) => self.machines.values().any(|m| m.instance.market == Market::Spot && m.instance.state.is_alive()),
            Outside::Repeat => !self.noticed.is_empty(),
            _ => !self.nodes.is_empty(),
        }
    }

    fn set_stock(&mut self, market: Market, left: Option<u32>) {
        for instance_type in self.settings.types.keys() {
            for zone in &self.settings.zones {
                let key = (market, instance_type.clone(), zone.clone());
                match left {
                    Some(left) => self.settings.stock.insert(key, left),
                    None => self.settings.stock.remove(&key),
                };
            }
        }
    }
}

/// The item at a place, counted round.
fn nth<T>(items: &[T], place: usize) -> Option<&T> {
    items.get(place.checked_rem(items.len())?)
}
