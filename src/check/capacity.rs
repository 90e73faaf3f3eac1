//! `capacity { … }` and `drain { … }`.

use crate::check::checker::Checker;
use crate::check::cluster::is_label_value;
use crate::check::constant::Length;
use crate::check::scope::Names;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::values;
use crate::rules::{Capacity, Drain, PodLabel, Protection, Zones};
use crate::source::{Span, Spanned};
use crate::syntax::tree::{self, CapacitySetting, DrainSetting, Name, Protect, Text};

impl Checker<'_> {
    pub fn capacity(&mut self, names: Names<'_, '_>, settings: &[Spanned<CapacitySetting<'_>>], capacity: &mut Capacity) -> Option<()> {
        let mut seen = Vec::new();
        let mut right = true;
        for setting in settings {
            let name = match &setting.node {
                CapacitySetting::Instances(_) => "instances",
                CapacitySetting::Spot(_) => "spot",
                CapacitySetting::MaxPrice(_) => "max-price",
                CapacitySetting::Zones(_) => "zones",
                CapacitySetting::Join(_) => "join",
                CapacitySetting::Unready(_) => "unready",
            };
            right &= self.setting_once(&mut seen, name, setting.span).is_some();
            right &= self.capacity_setting(names, &setting.node, capacity).is_some();
        }
        right.then_some(())
    }

    fn capacity_setting(&mut self, names: Names<'_, '_>, setting: &CapacitySetting<'_>, capacity: &mut Capacity) -> Option<()> {
        match setting {
            CapacitySetting::Instances(types) => {
                capacity.instances = self.listed(types, is_instance_type, "an instance type", "types look like `t3.small`")?;
            }
            CapacitySetting::Spot(share) => capacity.spot = self.percent(names, share, "the share of spot instances", 0, 100)?,
            CapacitySetting::MaxPrice(price) => capacity.max_price = Some(self.price(names, price, "`max-price`")?),
            CapacitySetting::Zones(tree::Zones::Balanced) => capacity.zones = Zones::Balanced,
            CapacitySetting::Zones(tree::Zones::Listed(zones)) => {
                capacity.zones = Zones::Only(self.listed(zones, is_zone, "an availability zone", "zones look like `us-east-1a`")?);
            }
            CapacitySetting::Join(length) => capacity.join = self.duration(names, length, "`join within`", Length::Positive)?,
            CapacitySetting::Unready(length) => capacity.unready = self.duration(names, length, "`unready after`", Length::Positive)?,
        }
        Some(())
    }

    /// A list of names, each of them possible and none twice.
    fn listed(&mut self, listed: &[Name<'_>], possible: fn(&str) -> bool, what: &str, help: &str) -> Option<Vec<String>> {
        let mut first_places = std::collections::BTreeMap::new();
        let mut right = true;
        for name in listed {
            if !possible(name.node) {
                let message = format!("`{}` cannot be the name of {what}", name.node);
                self.report(Diagnostic::new(values::BAD_NAME, name.span, message).help(help));
                right = false;
            }
            if let Some(first) = first_places.insert(name.node, name.span) {
                self.report_twice(name.node, first, name.span);
                right = false;
            }
        }
        right.then(|| listed.iter().map(|name| name.node.to_owned()).collect())
    }

    fn report_twice(&mut self, text: &str, first: Span, second: Span) {
        let message = format!("`{text}` is listed twice");
        self.report(Diagnostic::new(values::LISTED_TWICE, second, message).also(first, "first here").help("leave out one of them"));
    }

    pub fn drain(&mut self, names: Names<'_, '_>, settings: &[Spanned<DrainSetting<'_>>], drain: &mut Drain) -> Option<()> {
        let mut seen = Vec::new();
        let mut right = true;
        for setting in settings {
            let name = match &setting.node {
                DrainSetting::Within(_) => "within",
                DrainSetting::Protect(_) => "protect",
                DrainSetting::LocalStorageAllowed => "local-storage",
            };
            right &= self.setting_once(&mut seen, name, setting.span).is_some();
            match &setting.node {
                DrainSetting::Within(length) => match self.duration(names, length, "`within`", Length::Positive) {
                    Some(within) => drain.within = within,
                    None => right = false,
                },
                DrainSetting::Protect(listed) => match self.protect(listed) {
                    Some(protect) => drain.protect = protect,
                    None => right = false,
                },
                DrainSetting::LocalStorageAllowed => drain.local_storage_allowed = true,
            }
        }
        right.then_some(())
    }

    fn protect(&mut self, listed: &[Spanned<Protect<'_>>]) -> Option<Vec<Protection>> {
        let mut places = std::collections::BTreeMap::new();
        let mut right = true;
        for protect in listed {
            let protection = match &protect.node {
                Protect::Namespace(name) => self.namespace(name),
                Protect::StatefulSets => Some(Protection::StatefulSets),
                Protect::SingleReplicas => Some(Protection::SingleReplicas),
                Protect::Label(label) => self.label(label),
            };
            let Some(protection) = protection else {
                right = false;
                continue;
            };
            if let Some(first) = places.insert(protection, protect.span) {
                self.report_twice(&self.quote(protect.span), first, protect.span);
                right = false;
            }
        }
        right.then(|| places.into_keys().collect())
    }

    fn namespace(&mut self, name: &Text<'_>) -> Option<Protection> {
        let value = name.value();
        let right = value.len() <= 63
            && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && is_label_value(&value);
        if right {
            return Some(Protection::Namespace(value.into_owned()));
        }
        self.report(
            Diagnostic::new(values::BAD_NAME, name.span, format!("`{value}` cannot be the name of a namespace"))
                .help("namespaces have up to 63 lower-case letters, digits and `-`"),
        );
        None
    }

    fn label(&mut self, label: &Text<'_>) -> Option<Protection> {
        let text = label.value();
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (text.as_ref(), None),
        };
        let right_key = match key.split_once('/') {
            Some((prefix, name)) => is_domain(prefix) && is_label_value(name),
            None => is_label_value(key),
        };
        if right_key && value.is_none_or(|value| value.is_empty() || is_label_value(value)) {
            return Some(Protection::Label(PodLabel { key: key.to_owned(), value: value.map(str::to_owned) }));
        }
        self.report(
            Diagnostic::new(values::BAD_NAME, label.span, format!("`{text}` cannot be a label of a pod"))
                .help("write `label \"KEY\"` or `label \"KEY=VALUE\"`, as in `label \"example.com/tier=database\"`"),
        );
        None
    }
}

/// `t3.small`, `u-6tb1.112xlarge`, `m7i-flex.large`.
fn is_instance_type(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    text.split_once('.').is_some_and(|(family, size)| part(family) && part(size))
}

/// `us-east-1a`, `us-west-2-lax-1a`.
fn is_zone(text: &str) -> bool {
    let mut from_the_end = text.bytes().rev();
    text.split('-').count() >= 3
        && from_the_end.next().is_some_and(|byte| byte.is_ascii_lowercase())
        && from_the_end.next().is_some_and(|byte| byte.is_ascii_digit())
}

fn is_domain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(|part| is_label_value(part) && !part.contains(['_', '.']))
}
