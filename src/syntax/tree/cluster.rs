//! `cluster "NAME" { … }` and its settings.

use super::{Channel, Event, Expr, Item, Name, Range, Text};
use crate::source::{Span, Spanned};

/// One autoscaled pool of workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster<'s> {
    /// Its name: `"prod"`, `"prod/gpu"`.
    pub name: Text<'s>,
    /// Settings and items of its own, in the order of the text.
    pub entries: Vec<ClusterEntry<'s>>,
    /// The whole block.
    pub span: Span,
    /// Whether a part of it was wrong and has been reported: settings may be missing for that reason.
    pub broken: bool,
}

/// One entry of a cluster block.
#[derive(Clone, Debug, PartialEq)]
pub enum ClusterEntry<'s> {
    /// A setting.
    Setting(Setting<'s>),
    /// An item that belongs to this cluster alone.
    Item(Item<'s>),
}

/// One setting with its text. A setting may stand twice here: that is for the checker.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting<'s> {
    /// What it sets.
    pub kind: SettingKind<'s>,
    /// The whole setting.
    pub span: Span,
}

/// What a cluster's setting sets. Every value is a literal or the name of a constant.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingKind<'s> {
    /// `timezone "Asia/Dhaka"`.
    Timezone(Text<'s>),
    /// `nodes 2..10`.
    Nodes(Range<'s>),
    /// `evaluate every 2m, every 1m during peak`: the first has no window.
    Evaluate(Vec<Every<'s>>),
    /// `cooldown up 5m, down 10m`; one of them is enough.
    Cooldown {
        /// No addition within this of the last change.
        up: Option<Expr<'s>>,
        /// No removal within this of the last change.
        down: Option<Expr<'s>>,
    },
    /// `step up 2, down 1`; one of them is enough.
    Step {
        /// The most that one decision adds.
        up: Option<Expr<'s>>,
        /// The most that one decision removes.
        down: Option<Expr<'s>>,
    },
    /// `budget $0.60/h`.
    Budget(Expr<'s>),
    /// `capacity { … }`.
    Capacity {
        /// Its settings.
        settings: Vec<Spanned<CapacitySetting<'s>>>,
        /// Whether a part of it was wrong and has been reported.
        broken: bool,
    },
    /// `drain { … }`.
    Drain {
        /// Its settings.
        settings: Vec<Spanned<DrainSetting<'s>>>,
        /// Whether a part of it was wrong and has been reported.
        broken: bool,
    },
    /// `notify slack on failure, at-max`.
    Notify(Notify),
}

/// `every D [during W]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Every<'s> {
    /// The interval.
    pub interval: Expr<'s>,
    /// The window in which it is in force.
    pub during: Option<Name<'s>>,
    /// From `every` on.
    pub span: Span,
}

/// `notify CHANNEL on EVENT, …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// Where to.
    pub channel: Spanned<Channel>,
    /// What of.
    pub events: Vec<Spanned<Event>>,
}

/// A setting of `capacity { … }`.
#[derive(Clone, Debug, PartialEq)]
pub enum CapacitySetting<'s> {
    /// `instances t3.small, t3a.small`, in order of preference.
    Instances(Vec<Name<'s>>),
    /// `spot 70% else on-demand`.
    Spot(Expr<'s>),
    /// `max-price $0.0209/h`.
    MaxPrice(Expr<'s>),
    /// `zones balanced` or `zones us-east-1a, us-east-1b`.
    Zones(Zones<'s>),
    /// `join within 5m`.
    Join(Expr<'s>),
    /// `unready after 10m`.
    Unready(Expr<'s>),
}

/// Where launches go.
#[derive(Clone, Debug, PartialEq)]
pub enum Zones<'s> {
    /// The zone with fewest workers first.
    Balanced,
    /// These alone.
    Listed(Vec<Name<'s>>),
}

/// A setting of `drain { … }`.
#[derive(Clone, Debug, PartialEq)]
pub enum DrainSetting<'s> {
    /// `within 5m`.
    Within(Expr<'s>),
    /// `protect namespace "kube-system", statefulsets`.
    Protect(Vec<Spanned<Protect<'s>>>),
    /// `local-storage allowed`.
    LocalStorageAllowed,
}

/// Pods whose nodes are not chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Protect<'s> {
    /// `namespace "kube-system"`.
    Namespace(Text<'s>),
    /// `statefulsets`.
    StatefulSets,
    /// `single-replicas`.
    SingleReplicas,
    /// `label "KEY"` or `label "KEY=VALUE"`.
    Label(Text<'s>),
}
