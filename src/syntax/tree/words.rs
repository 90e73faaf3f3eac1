//! Words of which the language has a fixed set. One table each: the parser reads by it, messages list it.

/// A word out of a fixed set.
pub trait Word: Copy + Eq + 'static {
    /// Every word, in the order in which messages list them.
    const ALL: &'static [Self];

    /// As it is written.
    fn as_str(self) -> &'static str;

    /// The word that is written so.
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.as_str() == text)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

words! {
    /// What a metric counts.
    Unit {
        /// A sample of 70 is 70%.
        Percent = "percent",
        Count = "count",
        /// In seconds.
        Duration = "duration",
        Bytes = "bytes",
        /// Per second.
        Rate = "rate",
        /// Dollars per hour.
        Money = "money",
        Number = "number",
    }
}

words! {
    /// A function of expressions.
    Function {
        Avg = "avg",
        Min = "min",
        Max = "max",
        P50 = "p50",
        P90 = "p90",
        P95 = "p95",
        P99 = "p99",
        /// Last minus first.
        Delta = "delta",
        /// Least squares, per minute.
        Slope = "slope",
        /// The sample D earlier.
        Ago = "ago",
        /// The expected value D from now.
        Forecast = "forecast",
        Ceil = "ceil",
        Floor = "floor",
        /// Halves away from zero.
        Round = "round",
        Abs = "abs",
        /// Turns missing into true.
        Missing = "missing",
    }
}

words! {
    /// What `hold` vetoes.
    Hold {
        /// Both; written as nothing.
        All = "",
        Removals = "removals",
        Additions = "additions",
    }
}

words! {
    /// Where notifications go.
    Channel {
        Sns = "sns",
        Slack = "slack",
    }
}

words! {
    /// What notifications tell of.
    Event {
        ScaleUp = "scale-up",
        ScaleDown = "scale-down",
        Failure = "failure",
        AtMax = "at-max",
        Blind = "blind",
        Outage = "outage",
        DrainBlocked = "drain-blocked",
        SpotInterruption = "spot-interruption",
        Recovered = "recovered",
    }
}

words! {
    /// What can cut a change.
    Guard {
        Bounds = "bounds",
        Cooldown = "cooldown",
        Settling = "settling",
        Blind = "blind",
        Hold = "hold",
        Step = "step",
        Rebound = "rebound",
        Busy = "busy",
        Outage = "outage",
        Backoff = "backoff",
        Budget = "budget",
    }
}

words! {
    /// A day of the week.
    Weekday {
        Monday = "mon",
        Tuesday = "tue",
        Wednesday = "wed",
        Thursday = "thu",
        Friday = "fri",
        Saturday = "sat",
        Sunday = "sun",
    }
}
