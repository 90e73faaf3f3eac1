//! `cluster "NAME" { … }`: its settings, with the defaults of the reference.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::check::checker::Checker;
use crate::check::constant::{Length, MAX_NODES};
use crate::check::metric::optional;
use crate::check::scope::Names;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{names as name_codes, values};
use crate::rules::{
    Bounds, Cadence, Capacity, Channel, Cluster, Cooldown, Drain, Notice, Number, Protection, QuickerCadence, Step, Topic, Zones,
};
use crate::source::Span;
use crate::syntax::tree::{self, ClusterEntry, Every, Setting, SettingKind, Text};

/// The longest time between two evaluations: a day.
const LONGEST_INTERVAL: SignedDuration = SignedDuration::from_hours(24);

impl Checker<'_> {
    /// The cluster's settings; its items come later. `None` where one is wrong.
    pub fn cluster(&mut self, names: Names<'_, '_>, cluster: &tree::Cluster<'_>) -> Option<Cluster> {
        let mut checked = default_cluster(cluster.name.value().into_owned());
        let mut right = self.cluster_name(cluster).is_some() && !cluster.broken;
        let mut seen = Vec::new();
        let mut channels = Vec::new();
        let mut ranged = false;
        for entry in &cluster.entries {
            let ClusterEntry::Setting(setting) = entry else { continue };
            ranged |= matches!(setting.kind, SettingKind::Nodes(_));
            right &= self.setting(names, setting, &mut checked, &mut seen, &mut channels).is_some();
        }
        if !ranged && !cluster.broken {
            self.report(
                Diagnostic::new(
                    values::NO_RANGE,
                    cluster.name.span,
                    format!("the cluster `{}` has no range of nodes", cluster.name.value()),
                )
                .help("say how few and how many workers there may be: `nodes 2..10`"),
            );
            return None;
        }
        right.then_some(checked)
    }

    /// The name, where AWS, Kubernetes and the ledger can have it.
    fn cluster_name(&mut self, cluster: &tree::Cluster<'_>) -> Option<()> {
        let name = &cluster.name;
        let value = name.value();
        // A name that is not there has been reported.
        if value.is_empty() && cluster.broken && name.quote == tree::Quote::Raw {
            return None;
        }
        let mut parts = value.split('/');
        let right = parts.clone().count() <= 2 && parts.all(is_label_value);
        if right {
            return Some(());
        }
        let message =
            if value.is_empty() { "a cluster needs a name".to_owned() } else { format!("`{value}` cannot be the name of a cluster") };
        self.report(
            Diagnostic::new(name_codes::CLUSTER_NAME, name.span, message)
                .help("use up to 63 letters, digits, `-`, `_` and `.`, and one slash before the name of a pool: `prod/gpu`"),
        );
        None
    }

    fn setting(
        &mut self,
        names: Names<'_, '_>,
        setting: &Setting<'_>,
        cluster: &mut Cluster,
        seen: &mut Vec<(&'static str, Span)>,
        channels: &mut Vec<(Channel, Span)>,
    ) -> Option<()> {
        let name = setting_name(&setting.kind);
        let once = if name == "notify" { Some(()) } else { self.setting_once(seen, name, setting.span) };
        match &setting.kind {
            SettingKind::Timezone(text) => cluster.timezone = self.timezone(text)?,
            SettingKind::Nodes(range) => cluster.nodes = self.nodes(names, range)?,
            SettingKind::Evaluate(every) => cluster.evaluate = self.cadence(names, every)?,
            SettingKind::Cooldown { up, down } => {
                let up = up.as_ref().map(|up| self.duration(names, up, "`cooldown up`", Length::OrZero));
                let down = down.as_ref().map(|down| self.duration(names, down, "`cooldown down`", Length::OrZero));
                let defaults = cluster.cooldown;
                cluster.cooldown = Cooldown { up: optional(up)?.unwrap_or(defaults.up), down: optional(down)?.unwrap_or(defaults.down) };
            }
            SettingKind::Step { up, down } => {
                let up = up.as_ref().map(|up| self.whole(names, up, "`step up`", 1, MAX_NODES));
                let down = down.as_ref().map(|down| self.whole(names, down, "`step down`", 1, MAX_NODES));
                let defaults = cluster.step;
                cluster.step = Step { up: optional(up)?.unwrap_or(defaults.up), down: optional(down)?.unwrap_or(defaults.down) };
            }
            SettingKind::Budget(price) => cluster.budget = Some(self.price(names, price, "`budget`")?),
            SettingKind::Capacity { settings, broken } => {
                let right = self.capacity(names, settings, &mut cluster.capacity);
                if *broken {
                    return None;
                }
                right?;
            }
            SettingKind::Drain { settings, broken } => {
                let right = self.drain(names, settings, &mut cluster.drain);
                if *broken {
                    return None;
                }
                right?;
            }
            SettingKind::Notify(notify) => {
                let notice = self.notice(notify, setting.span, channels)?;
                if let Some(place) = cluster.notify.iter_mut().find(|other| other.channel == notice.channel) {
                    *place = notice;
                }
            }
        }
        once
    }

    /// Reports a second setting of one name, with both places.
    pub fn setting_once(&mut self, seen: &mut Vec<(&'static str, Span)>, name: &'static str, span: Span) -> Option<()> {
        match seen.iter().find(|(other, _)| *other == name) {
            None => {
                seen.push((name, span));
                Some(())
            }
            Some((_, first)) => {
                self.report(
                    Diagnostic::new(values::DUPLICATE_SETTING, span, format!("a second `{name}`"))
                        .also(*first, "the first stands here")
                        .help("keep one of them"),
                );
                None
            }
        }
    }

    fn nodes(&mut self, names: Names<'_, '_>, range: &tree::Range<'_>) -> Option<Bounds> {
        let bounds = self.whole_range(names, range, "`nodes`")?;
        if bounds.upper == 0 {
            self.error(values::OUT_OF_RANGE, range.span, "a cluster of at most 0 nodes can never run anything");
            return None;
        }
        Some(bounds)
    }

    fn timezone(&mut self, text: &Text<'_>) -> Option<TimeZone> {
        let name = text.value();
        let found = TimeZone::get(&name).ok().filter(|zone| zone.iana_name().is_some());
        if found.is_none() {
            let known: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
            let diagnostic = Diagnostic::new(values::TIME_ZONE, text.span, format!("no time zone is named `{name}`"));
            // The last part alone is what people know: `Dhaka`.
            let whole = self.nearest(&name, known.iter().map(String::as_str));
            let near = whole.or_else(|| {
                known.iter().map(String::as_str).find(|zone| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&name)))
            });
            let diagnostic = match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(crate::diagnostic::Fix::maybe(
                    format!("write `\"{near}\"`"),
                    text.span,
                    format!("\"{near}\""),
                )),
                None => diagnostic.help("zones are named as in the IANA database: `\"Europe/Berlin\"`, `\"America/New_York\"`, `\"UTC\"`"),
            };
            self.report(diagnostic);
        }
        found
    }

    fn cadence(&mut self, names: Names<'_, '_>, every: &[Every<'_>]) -> Option<Cadence> {
        let mut always: Option<(SignedDuration, Span)> = None;
        let mut quicker = Vec::new();
        let mut right = true;
        for each in every {
            let interval = self.interval(names, &each.interval);
            let window = each.during.map(|window| self.window_name(names, window));
            match (interval, window, always) {
                (Some(every), Some(Some(during)), _) => quicker.push(QuickerCadence { every, during }),
                (Some(interval), None, None) => always = Some((interval, each.span)),
                (_, None, Some((_, first))) => {
                    self.report(
                        Diagnostic::new(values::DUPLICATE_SETTING, each.span, "a second interval for all times")
                            .also(first, "the first stands here")
                            .help("name the window in which it applies: `every 1m during peak`"),
                    );
                    right = false;
                }
                _ => right = false,
            }
        }
        if let (None, true, Some(first)) = (always, right, every.first()) {
            self.report(
                Diagnostic::new(values::NO_INTERVAL, first.span, "an interval for all times is missing")
                    .help("write it first: `evaluate every 2m, every 1m during peak`"),
            );
        }
        let (every, _) = always?;
        right.then_some(Cadence { every, quicker })
    }

    fn interval(&mut self, names: Names<'_, '_>, expr: &tree::Expr<'_>) -> Option<SignedDuration> {
        let interval = self.duration(names, expr, "`evaluate every`", Length::Positive)?;
        if interval < SignedDuration::from_secs(1) || interval > LONGEST_INTERVAL {
            let message = format!("`evaluate every` is at least 1s and at most 1d, and `{}` is not", self.quote(expr.span));
            self.error(values::OUT_OF_RANGE, expr.span, message);
            return None;
        }
        Some(interval)
    }

    fn notice(&mut self, notify: &tree::Notify, span: Span, channels: &mut Vec<(Channel, Span)>) -> Option<Notice> {
        let channel = match notify.channel.node {
            tree::Channel::Sns => Channel::Sns,
            tree::Channel::Slack => Channel::Slack,
        };
        let mut right = true;
        match channels.iter().find(|(other, _)| *other == channel) {
            None => channels.push((channel, span)),
            Some((_, first)) => {
                self.report(
                    Diagnostic::new(values::DUPLICATE_SETTING, span, "a second `notify` for this channel")
                        .also(*first, "the first stands here")
                        .help("name all its events in one"),
                );
                right = false;
            }
        }
        let mut topics = Vec::new();
        for event in &notify.events {
            let topic = topic(event.node);
            if topics.contains(&topic) {
                self.error(values::LISTED_TWICE, event.span, format!("`{}` is listed twice", self.quote(event.span)));
                right = false;
            }
            topics.push(topic);
        }
        topics.sort_unstable();
        right.then_some(Notice { channel, topics })
    }
}

/// 1 to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends: what a Kubernetes label can have.
pub(super) fn is_label_value(text: &str) -> bool {
    let ends = text.bytes().next().zip(text.bytes().next_back());
    text.len() <= 63
        && ends.is_some_and(|(first, last)| first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

const fn setting_name(kind: &SettingKind<'_>) -> &'static str {
    match kind {
        SettingKind::Timezone(_) => "timezone",
        SettingKind::Nodes(_) => "nodes",
        SettingKind::Evaluate(_) => "evaluate",
        SettingKind::Cooldown { .. } => "cooldown",
        SettingKind::Step { .. } => "step",
        SettingKind::Budget(_) => "budget",
        SettingKind::Capacity { .. } => "capacity",
        SettingKind::Drain { .. } => "drain",
        SettingKind::Notify(_) => "notify",
    }
}

const fn topic(event: tree::Event) -> Topic {
    match event {
        tree::Event::ScaleUp => Topic::ScaleUp,
        tree::Event::ScaleDown => Topic::ScaleDown,
        tree::Event::Failure => Topic::Failure,
        tree::Event::AtMax => Topic::AtMax,
        tree::Event::Blind => Topic::Blind,
        tree::Event::Outage => Topic::Outage,
        tree::Event::DrainBlocked => Topic::DrainBlocked,
        tree::Event::SpotInterruption => Topic::SpotInterruption,
        tree::Event::Recovered => Topic::Recovered,
    }
}

/// A cluster with the reference's defaults. Its range has none: it is replaced or reported.
fn default_cluster(name: String) -> Cluster {
    let news = |channel| Notice { channel, topics: vec![Topic::Failure, Topic::AtMax, Topic::Blind, Topic::Outage] };
    Cluster {
        name,
        timezone: TimeZone::UTC,
        nodes: Bounds { lower: 0, upper: 0 },
        evaluate: Cadence { every: SignedDuration::from_mins(2), quicker: Vec::new() },
        cooldown: Cooldown { up: SignedDuration::from_mins(5), down: SignedDuration::from_mins(10) },
        step: Step { up: 2, down: 1 },
        budget: None,
        capacity: Capacity {
            instances: Vec::new(),
            spot: Number::ZERO,
            max_price: None,
            zones: Zones::Balanced,
            join: SignedDuration::from_mins(5),
            unready: SignedDuration::from_mins(10),
        },
        drain: Drain {
            within: SignedDuration::from_mins(5),
            protect: vec![Protection::Namespace("kube-system".to_owned())],
            local_storage_allowed: false,
        },
        // Every channel that is set up hears of trouble, also where the rules name another channel alone.
        notify: vec![news(Channel::Sns), news(Channel::Slack)],
        metrics: Vec::new(),
        windows: Vec::new(),
        rules: Vec::new(),
        examples: Vec::new(),
    }
}
