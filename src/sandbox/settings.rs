use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::observe::Market;
use crate::rules::Number;
use crate::sandbox::{Random, Workload};

/// What a simulated cloud and cluster are like.
#[derive(Clone, Debug)]
pub struct Settings {
    /// As the rules name it; instances are tagged with it.
    pub cluster: String,
    pub start: Timestamp,
    pub seed: u64,
    /// Each with one subnet.
    pub zones: Vec<String>,
    /// By name; the template's own type is the first.
    pub types: BTreeMap<String, MachineType>,
    pub template_type: String,
    pub pace: Pace,
    /// How many instances there are to be had; all others without limit.
    pub stock: BTreeMap<(Market, String, String), u32>,
    pub workloads: Vec<Workload>,
    /// A DaemonSet's pod on each node.
    pub daemons: bool,
}

/// What an instance of one type offers and costs.
#[derive(Clone, Debug)]
pub struct MachineType {
    /// Thousandths of a core, kube-reserved taken off.
    pub cpu_millis: u64,
    /// Bytes, kube-reserved taken off.
    pub memory: u64,
    /// Dollars per hour.
    pub on_demand: Number,
    /// Dollars per hour.
    pub spot: Number,
}

/// How fast the world is.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From the launch until DescribeInstances shows the instance.
    pub visible: Delay,
    /// From the launch until it runs.
    pub boot: Delay,
    /// From the launch until its Node is there; never before it runs.
    pub join: Delay,
    /// From the launch until its Node is Ready; never before it is there.
    pub ready: Delay,
    /// From the call until the instance is terminated.
    pub shut_down: Delay,
    /// How long a terminated instance still shows.
    pub shown: SignedDuration,
    /// From the eviction until the pod is gone.
    pub grace: Delay,
    /// From its placement until a pod runs.
    pub pod_start: Delay,
}

/// A stretch of time, drawn anew each time; whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    pub least: i64,
    pub most: i64,
}

impl Delay {
    pub const NONE: Self = Self { least: 0, most: 0 };

    #[must_use]
    pub const fn seconds(least: i64, most: i64) -> Self {
        Self { least, most }
    }

    pub const fn draw(self, random: &mut Random) -> SignedDuration {
        SignedDuration::from_secs(if self.most > self.least { random.between(self.least, self.most) } else { self.least })
    }
}

impl Pace {
    /// As EC2 and K3s are on a good day.
    #[must_use]
    pub const fn real() -> Self {
        Self {
            visible: Delay::seconds(0, 3),
            boot: Delay::seconds(8, 25),
            join: Delay::seconds(40, 75),
            ready: Delay::seconds(60, 110),
            shut_down: Delay::seconds(20, 60),
            shown: SignedDuration::from_mins(50),
            grace: Delay::seconds(1, 30),
            pod_start: Delay::seconds(1, 5),
        }
    }

    /// As the tests in the language have it: an added node is ready after `join`, a removed one leaves at once.
    #[must_use]
    pub const fn of_examples(join: SignedDuration) -> Self {
        let join = Delay::seconds(join.as_secs(), join.as_secs());
        Self {
            visible: Delay::NONE,
            boot: Delay::NONE,
            join,
            ready: join,
            shut_down: Delay::NONE,
            // Long enough to be seen dead: one that is not shown is only taken for gone after a while.
            shown: SignedDuration::from_mins(1),
            grace: Delay::NONE,
            pod_start: Delay::NONE,
        }
    }
}
