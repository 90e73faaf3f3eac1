use jiff::Timestamp;

use crate::observe::{Instance, InstanceState, Market};
use crate::plan::{CLUSTER_TAG, Failure, FailureClass, Retire, RunInstances, Subnet, Template, Terminate};
use crate::sandbox::world::{Launched, Machine, World};
use crate::sandbox::{Deed, DeedKind, Delay, Happening, Sabotage};

/// The simulated EC2.
impl World {
    /// Adds workers that have run for a while and are Ready, spread over the zones.
    pub fn add_workers(&mut self, count: u32) {
        for _ in 0..count {
            let zone = self.emptiest_zone();
            let instance_type = self.settings.template_type.clone();
            let tags = [(CLUSTER_TAG.to_owned(), self.settings.cluster.clone())].into();
            let id = self.new_machine(Instance {
                id: String::new(),
                state: InstanceState::Running,
                instance_type,
                zone,
                market: Market::OnDemand,
                launched_at: self.now,
                client_token: None,
                private_dns_name: None,
                tags,
            });
            if let Some(machine) = self.machines.get_mut(&id) {
                machine.visible_at = Timestamp::MIN;
            }
            self.join(&id);
            self.make_ready(&id);
        }
        self.settle();
    }

    #[must_use]
    pub fn describe(&self, cluster: &str) -> Vec<Instance> {
        let shown = self.machines.values().filter(|machine| machine.visible_at <= self.now);
        let ours = shown.filter(|machine| machine.instance.tags.get(CLUSTER_TAG).is_some_and(|tag| tag == cluster));
        ours.map(|machine| machine.instance.clone()).collect()
    }

    #[must_use]
    pub fn describe_token(&self, token: &str) -> Vec<Instance> {
        let Some(launched) = self.tokens.get(token) else { return Vec::new() };
        let machines = launched.instances.iter().filter_map(|id| self.machines.get(id));
        machines.filter(|machine| machine.visible_at <= self.now).map(|machine| machine.instance.clone()).collect()
    }

    #[must_use]
    pub fn template(&self) -> Template {
        let subnets = self.settings.zones.iter().map(|zone| Subnet { zone: zone.clone(), id: format!("subnet-{zone}") });
        Template {
            id: "lt-sandbox".to_owned(),
            version: self.template_version,
            instance_type: Some(self.settings.template_type.clone()),
            subnets: subnets.collect(),
        }
    }

    /// `called_at`: when the call was made. `intended`: the ledger knew of it then.
    ///
    /// # Errors
    /// As EC2: no capacity, an unknown type or subnet, a token that comes back with other parameters.
    pub fn run_instances(&mut self, step: &RunInstances, called_at: Timestamp, intended: bool) -> Result<Vec<Instance>, Failure> {
        if let Some(launched) = self.tokens.get(&step.token) {
            if launched.step != *step {
                return Err(failure(
                    FailureClass::Configuration,
                    "IdempotentParameterMismatch",
                    "the token was used with other parameters",
                ));
            }
            let machines = launched.instances.iter().filter_map(|id| self.machines.get(id));
            return Ok(machines.map(|machine| machine.instance.clone()).collect());
        }
        let offering = &step.offering;
        if step.template_version == 0 || step.template_version > self.template_version {
            return Err(failure(FailureClass::Configuration, "InvalidLaunchTemplateId.VersionNotFound", "there is no such version"));
        }
        if !self.settings.zones.contains(&offering.zone) || offering.subnet != format!("subnet-{}", offering.zone) {
            return Err(failure(FailureClass::Configuration, "InvalidSubnetID.NotFound", "there is no such subnet in that zone"));
        }
        let instance_type = offering.instance_type.clone().unwrap_or_else(|| self.settings.template_type.clone());
        let Some(kind) = self.settings.types.get(&instance_type) else {
            return Err(failure(FailureClass::Configuration, "InvalidParameterValue", "there is no such instance type"));
        };
        if offering.market == Market::Spot && step.max_price.as_ref().is_some_and(|price| *price < kind.spot) {
            return Err(failure(FailureClass::Offering, "SpotMaxPriceTooLow", "the spot price is higher than the maximum price"));
        }
        let key = (offering.market, instance_type, offering.zone.clone());
        let stock = self.settings.stock.get(&key).copied().unwrap_or(u32::MAX);
        let count = step.count.min(stock);
        if count < step.count {
            self.strikes.count(if count == 0 { "no capacity" } else { "less capacity than asked for" });
        }
        if count == 0 {
            return Err(failure(FailureClass::Offering, "InsufficientInstanceCapacity", "there is no capacity of that type in that zone"));
        }
        if let Some(left) = self.settings.stock.get_mut(&key) {
            *left -= count;
        }
        let (market, instance_type, zone) = key;
        let mut instances = Vec::new();
        for _ in 0..count {
            let id = self.new_machine(Instance {
                id: String::new(),
                state: InstanceState::Pending,
                instance_type: instance_type.clone(),
                zone: zone.clone(),
                market,
                launched_at: self.now,
                client_token: Some(step.token.clone()),
                private_dns_name: None,
                tags: step.tags.clone(),
            });
            self.start(&id);
            instances.push(id);
        }
        let now = self.now;
        let what = || DeedKind::Launched { token: step.token.clone(), instances: instances.clone(), called_at, intended };
        self.note(|| Deed { at: now, what: what() });
        let brought = instances.iter().filter_map(|id| self.machines.get(id)).map(|machine| machine.instance.clone()).collect();
        self.tokens.insert(step.token.clone(), Launched { step: step.clone(), instances });
        self.settle();
        Ok(brought)
    }

    /// `called_at`: when the call was made. `named`: the operation of the ledger that names the instance.
    ///
    /// # Errors
    /// As EC2, for an instance that it does not know or does not show yet.
    pub fn terminate(&mut self, step: &Terminate, called_at: Timestamp, named: Option<Retire>) -> Result<(), Failure> {
        let other = self.sabotage.filter(|sabotage| *sabotage == Sabotage::TerminateOther).and_then(|_| self.living().pop());
        let id = other.as_ref().unwrap_or(&step.instance_id);
        let Some(machine) = self.machines.get(id).filter(|machine| machine.visible_at <= self.now) else {
            return Err(failure(FailureClass::NotFound, "InvalidInstanceID.NotFound", "there is no such instance"));
        };
        if machine.protected && self.sabotage != Some(Sabotage::IgnoreProtection) {
            return Err(failure(FailureClass::Refused, "OperationNotPermitted", "termination protection is on"));
        }
        if machine.instance.state.is_dead() {
            return Ok(());
        }
        if self.deeds.is_some() {
            let deed = self.termination(id, machine.protected, called_at, named);
            self.note(|| deed);
        }
        self.shut_down(id);
        Ok(())
    }

    fn termination(&self, id: &str, protected: bool, called_at: Timestamp, named: Option<Retire>) -> Deed {
        let node = self.node_of(id);
        let pods = node.as_deref().map(|node| self.pods_to_evict(node)).unwrap_or_default();
        let silent = node.as_deref().is_some_and(|node| self.silent.contains(node));
        let there = self.pods.values().filter(|pod| pod.node_name == node && pods.contains(&pod.full_name()));
        let abandoned = silent && there.into_iter().all(|pod| pod.deleted_at.is_some());
        let by_person = node.as_ref().and_then(|node| self.protected_by_person.get(node)).copied();
        let protected_since = if protected { Some(Timestamp::MIN) } else { by_person };
        let left = self.living().into_iter().filter(|other| other != id).collect();
        let named = named.filter(|retire| retire.instance_id.as_deref() == Some(id)).map(Box::new);
        let node_since = node.as_ref().and_then(|name| self.nodes.get(name)).map(|node| node.created_at);
        let what = DeedKind::Terminated { instance: id.to_owned(), named, called_at, node_since, pods, abandoned, protected_since, left };
        Deed { at: self.now, what }
    }

    /// The instance goes down, by whoever's hand.
    pub fn shut_down(&mut self, id: &str) {
        let Some(machine) = self.machines.get_mut(id).filter(|machine| !machine.instance.state.is_dead()) else { return };
        machine.instance.state = InstanceState::ShuttingDown;
        let after = self.settings.pace.shut_down.draw(&mut self.random);
        self.schedule(after, Happening::Terminated { instance: id.to_owned() });
        if let Some(node) = self.node_of(id) {
            self.schedule(jiff::SignedDuration::from_secs(40), Happening::Silent { node });
        }
        self.settle();
    }

    pub fn terminated(&mut self, id: &str) {
        let shown = self.settings.pace.shown;
        let Some(machine) = self.machines.get_mut(id) else { return };
        machine.instance.state = InstanceState::Terminated;
        let offering = (machine.instance.market, machine.instance.instance_type.clone(), machine.instance.zone.clone());
        if let Some(stock) = self.settings.stock.get_mut(&offering) {
            *stock += 1;
        }
        if let Some(name) = &machine.instance.private_dns_name {
            self.free_names.push((machine.instance.zone.clone(), name.clone()));
        }
        self.schedule(shown, Happening::Forgotten { instance: id.to_owned() });
    }

    pub fn boot(&mut self, id: &str) {
        if let Some(machine) = self.machines.get_mut(id)
            && machine.instance.state == InstanceState::Pending
        {
            machine.instance.state = InstanceState::Running;
        }
    }

    /// Dollars per hour for all instances that live.
    #[must_use]
    pub fn price_per_hour(&self) -> f64 {
        let living = self.machines.values().filter(|machine| machine.instance.state.is_alive());
        let prices = living.filter_map(|machine| {
            let kind = self.settings.types.get(&machine.instance.instance_type)?;
            Some(if machine.instance.market == Market::Spot { &kind.spot } else { &kind.on_demand }.to_f64())
        });
        prices.sum()
    }

    /// The ids of the instances that live, in order.
    #[must_use]
    pub fn living(&self) -> Vec<String> {
        self.machines.values().filter(|machine| machine.instance.state.is_alive()).map(|machine| machine.instance.id.clone()).collect()
    }

    fn new_machine(&mut self, instance: Instance) -> String {
        let serial = self.serial();
        // Ids look drawn and never meet: an odd factor permutes the 52 bits that follow the prefix.
        let id = format!("i-0{:016x}", serial.wrapping_mul(0x9E37_79B9_7F4A_7C15) & 0x000F_FFFF_FFFF_FFFF);
        let name = self.name_again(&instance.zone);
        let name = name.unwrap_or_else(|| format!("ip-10-0-{}-{}.sandbox.internal", serial / 250 % 250, serial % 250));
        let visible_at = self.now.saturating_add(self.settings.pace.visible.draw(&mut self.random)).unwrap_or(Timestamp::MAX);
        let instance = Instance { id: id.clone(), private_dns_name: Some(name), ..instance };
        self.machines.insert(id.clone(), Machine { instance, visible_at, protected: false });
        id
    }

    /// Half of the time a name that is free again in that zone.
    fn name_again(&mut self, zone: &str) -> Option<String> {
        let place = self.free_names.iter().rposition(|(of, _)| of == zone)?;
        self.random.chance(500).then(|| self.free_names.remove(place).1)
    }

    fn start(&mut self, id: &str) {
        let pace = self.settings.pace;
        let mut draw = |delay: Delay| delay.draw(&mut self.random);
        let (boot, join, ready) = (draw(pace.boot), draw(pace.join), draw(pace.ready));
        let (join, ready) = (join.max(boot), ready.max(join).max(boot));
        self.schedule(boot, Happening::Boot { instance: id.to_owned() });
        if self.joins_broken {
            self.strikes.count("instance that never joins");
        } else {
            self.schedule(join, Happening::Join { instance: id.to_owned() });
            self.schedule(ready, Happening::Ready { instance: id.to_owned() });
        }
    }

    fn emptiest_zone(&self) -> String {
        let count = |zone: &String| self.machines.values().filter(|m| m.instance.zone == *zone && m.instance.state.is_alive()).count();
        self.settings.zones.iter().min_by_key(|zone| count(zone)).cloned().unwrap_or_default()
    }
}

pub fn failure(class: FailureClass, code: &str, message: &str) -> Failure {
    Failure { class, code: code.to_owned(), message: message.to_owned() }
}
