//! Clusters and their settings.

use super::align::Group;
use super::expr::{expr, list, range, text};
use super::layout::Layout;
use crate::source::{Span, Spanned};
use crate::syntax::tree::{CapacitySetting, Cluster, ClusterEntry, DrainSetting, Every, Expr, Protect, Setting, SettingKind, Word, Zones};

pub(super) fn lines(layout: &mut Layout<'_>, cluster: &Cluster<'_>) {
    let head = format!("cluster {}", text(&cluster.name));
    let settings: Option<Vec<&Setting<'_>>> = cluster
        .entries
        .iter()
        .map(|entry| match entry {
            ClusterEntry::Setting(setting) => Some(setting),
            ClusterEntry::Item(_) => None,
        })
        .collect();
    let parts = settings.map(|settings| settings.into_iter().map(|setting| cells(setting).join(" ")).collect());
    if one_line(layout, cluster.span, &head, parts, Group::None) {
        return;
    }
    layout.open(cluster.span, head);
    for entry in &cluster.entries {
        match entry {
            ClusterEntry::Setting(setting) => setting_lines(layout, setting),
            ClusterEntry::Item(item) => super::item_lines(layout, item),
        }
    }
    layout.close(cluster.span);
}

/// Writes a block on one line, where it stood on one and fits.
fn one_line(layout: &mut Layout<'_>, span: Span, head: &str, parts: Option<Vec<String>>, group: Group) -> bool {
    let Some(parts) = parts.filter(|_| layout.on_one_line(span)) else { return false };
    let written = if parts.is_empty() { format!("{head} {{}}") } else { format!("{head} {{ {} }}", parts.join(" ")) };
    if !layout.fits(written.chars().count()) {
        return false;
    }
    layout.line(span, group, vec![written]);
    true
}

fn setting_lines(layout: &mut Layout<'_>, setting: &Setting<'_>) {
    let (head, inner): (&str, Vec<(Span, Vec<String>)>) = match &setting.kind {
        SettingKind::Capacity { settings, .. } => {
            ("capacity", settings.iter().map(|setting| (setting.span, capacity(&setting.node))).collect())
        }
        SettingKind::Drain { settings, .. } => ("drain", settings.iter().map(|setting| (setting.span, drain(&setting.node))).collect()),
        _ => {
            layout.line(setting.span, Group::Setting, cells(setting));
            return;
        }
    };
    let parts = inner.iter().map(|(_, cells)| cells.join(" ")).collect();
    if one_line(layout, setting.span, head, Some(parts), Group::None) {
        return;
    }
    layout.open(setting.span, head.to_owned());
    for (span, cells) in inner {
        layout.line(span, Group::Inner, cells);
    }
    layout.close(setting.span);
}

/// A setting's word and value.
fn cells(setting: &Setting<'_>) -> Vec<String> {
    let two = |word: &str, value: String| vec![word.to_owned(), value];
    match &setting.kind {
        SettingKind::Timezone(zone) => two("timezone", text(zone)),
        SettingKind::Nodes(bounds) => two("nodes", range(bounds)),
        SettingKind::Evaluate(every) => two("evaluate", list(every.iter().map(self::every))),
        SettingKind::Cooldown { up, down } => two("cooldown", up_down(up.as_ref(), down.as_ref())),
        SettingKind::Step { up, down } => two("step", up_down(up.as_ref(), down.as_ref())),
        SettingKind::Budget(money) => two("budget", expr(money)),
        SettingKind::Capacity { settings, .. } => vec![block("capacity", settings.iter().map(|setting| capacity(&setting.node)))],
        SettingKind::Drain { settings, .. } => vec![block("drain", settings.iter().map(|setting| drain(&setting.node)))],
        SettingKind::Notify(notify) => {
            let events = list(notify.events.iter().map(|event| event.node.as_str().to_owned()));
            vec!["notify".to_owned(), notify.channel.node.as_str().to_owned(), format!("on {events}")]
        }
    }
}

fn block(head: &str, settings: impl Iterator<Item = Vec<String>>) -> String {
    let parts: Vec<String> = settings.map(|cells| cells.join(" ")).collect();
    if parts.is_empty() { format!("{head} {{}}") } else { format!("{head} {{ {} }}", parts.join(" ")) }
}

fn every(every: &Every<'_>) -> String {
    let during = every.during.map_or_else(String::new, |window| format!(" during {}", window.node));
    format!("every {}{during}", expr(&every.interval))
}

fn up_down(up: Option<&Expr<'_>>, down: Option<&Expr<'_>>) -> String {
    let up = up.map(|up| format!("up {}", expr(up)));
    let down = down.map(|down| format!("down {}", expr(down)));
    list(up.into_iter().chain(down))
}

fn capacity(setting: &CapacitySetting<'_>) -> Vec<String> {
    let (word, value) = match setting {
        CapacitySetting::Instances(types) => ("instances", list(types.iter().map(|name| name.node.to_owned()))),
        CapacitySetting::Spot(share) => ("spot", format!("{} else on-demand", expr(share))),
        CapacitySetting::MaxPrice(price) => ("max-price", expr(price)),
        CapacitySetting::Zones(Zones::Balanced) => ("zones", "balanced".to_owned()),
        CapacitySetting::Zones(Zones::Listed(zones)) => ("zones", list(zones.iter().map(|name| name.node.to_owned()))),
        CapacitySetting::Join(duration) => ("join", format!("within {}", expr(duration))),
        CapacitySetting::Unready(duration) => ("unready", format!("after {}", expr(duration))),
    };
    vec![word.to_owned(), value]
}

fn drain(setting: &DrainSetting<'_>) -> Vec<String> {
    match setting {
        DrainSetting::Within(duration) => vec!["within".to_owned(), expr(duration)],
        DrainSetting::Protect(protected) => vec!["protect".to_owned(), list(protected.iter().map(protect))],
        DrainSetting::LocalStorageAllowed => vec!["local-storage".to_owned(), "allowed".to_owned()],
    }
}

fn protect(protect: &Spanned<Protect<'_>>) -> String {
    match &protect.node {
        Protect::Namespace(name) => format!("namespace {}", text(name)),
        Protect::StatefulSets => "statefulsets".to_owned(),
        Protect::SingleReplicas => "single-replicas".to_owned(),
        Protect::Label(label) => format!("label {}", text(label)),
    }
}
