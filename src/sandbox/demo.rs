use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use crate::observe::Requests;
use crate::rules::{Cluster, LoadStretch, Number, PriceList, Shape, Zones};
use crate::sandbox::traffic::Traffic;
use crate::sandbox::{Curve, Happening, MachineType, Outside, Pace, Sandbox, Settings, Workload};

/// A Friday: the flash sale of the rules that come with SmartScale is that evening, and no freeze holds removals.
const DAY: DateTime = jiff::civil::datetime(2026, 12, 4, 7, 0, 0, 0);

/// Minutes since seven in the morning, and the work from then on, in tenths of a node for a pool of ten: it moves in a
/// straight line from one to the next.
const TRAFFIC: [(i64, i64); 20] = [
    (0, 12),
    (30, 14),
    (55, 34), // the shop opens
    (110, 35),
    (140, 13), // a quiet morning
    (270, 13),
    (330, 28), // lunch
    (390, 28),
    (450, 18),
    (600, 20),
    (720, 32), // the evening
    (775, 36),
    (785, 66), // the flash sale, from eight to ten
    (895, 68),
    (915, 30),
    (960, 20),
    (1020, 10), // the night
    (1080, 7),
    (1380, 7),
    (1440, 12),
];

/// How often the Deployments follow the traffic.
const FOLLOW: SignedDuration = SignedDuration::from_mins(5);

/// How many days are laid out in advance.
const DAYS: i64 = 14;

/// A day in the life of a shop, on a simulated cloud and cluster.
#[must_use]
pub fn demo(cluster: &Cluster, prices: &PriceList) -> Sandbox {
    let start = cluster.timezone.to_timestamp(DAY).unwrap_or(Timestamp::UNIX_EPOCH);
    let traffic = Traffic { day: day(cluster.nodes.upper) };
    let sandbox = Sandbox::new(settings(cluster, prices, start));
    {
        let mut world = sandbox.world();
        let workers = (3 * cluster.nodes.upper).div_ceil(10).clamp(cluster.nodes.lower, cluster.nodes.upper);
        world.add_workers(workers);
        let mut elapsed = SignedDuration::ZERO;
        while elapsed < SignedDuration::from_hours(24 * DAYS) {
            let replicas = web_replicas(traffic.load(elapsed));
            world.schedule(elapsed, Happening::Outside(Outside::Scale { workload: 0, replicas }));
            elapsed = elapsed.saturating_add(FOLLOW);
        }
        world.drive.traffic = Some(traffic);
        world.settle();
    }
    sandbox
}

fn web_replicas(load: f64) -> u32 {
    // Never below the two that its budget keeps, so that one can always be moved.
    (load * 4.0).ceil().max(3.0) as u32
}

fn day(upper: u32) -> Curve {
    let load = |tenths: i64| Number::fraction(i128::from(tenths) * i128::from(upper), 100).unwrap_or(Number::ZERO);
    let stretches = TRAFFIC.windows(2).filter_map(|pair| match pair {
        [(from_minute, from), (to_minute, to)] => Some(LoadStretch {
            shape: Shape::Ramp { from: load(*from), to: load(*to) },
            length: SignedDuration::from_mins(to_minute - from_minute),
        }),
        _ => None,
    });
    Curve::of_load(&stretches.collect::<Vec<_>>())
}

fn settings(cluster: &Cluster, prices: &PriceList, start: Timestamp) -> Settings {
    let zones = match &cluster.capacity.zones {
        Zones::Only(zones) if !zones.is_empty() => zones.clone(),
        _ => ["ap-south-1a", "ap-south-1b", "ap-south-1c"].map(str::to_owned).to_vec(),
    };
    let mut names = cluster.capacity.instances.clone();
    if names.is_empty() {
        names.push("t3.small".to_owned());
    }
    let template_type = names.first().cloned().unwrap_or_default();
    let machine = |name: &String| {
        let on_demand = prices.on_demand(name).or_else(|| Number::fraction(208, 10_000)).unwrap_or(Number::ZERO);
        let spot = on_demand.multiply(&Number::fraction(36, 100).unwrap_or(Number::ZERO));
        MachineType { cpu_millis: 1930, memory: 1_800 << 20, on_demand, spot }
    };
    Settings {
        cluster: cluster.name.clone(),
        start,
        seed: 7,
        zones,
        types: names.iter().map(|name| (name.clone(), machine(name))).collect(),
        template_type,
        pace: Pace::real(),
        stock: [].into(),
        workloads: vec![
            workload("shop", "web", 5, Requests { cpu_millis: 350, memory: 250 << 20 }, vec![2]),
            workload("shop", "checkout", 2, Requests { cpu_millis: 200, memory: 150 << 20 }, vec![1]),
            workload("kube-system", "coredns", 1, Requests { cpu_millis: 100, memory: 70 << 20 }, Vec::new()),
        ],
        daemons: true,
    }
}

fn workload(namespace: &str, name: &str, replicas: u32, requests: Requests, budgets: Vec<u32>) -> Workload {
    Workload { namespace: namespace.to_owned(), name: name.to_owned(), replicas, requests, budgets, stateful: false }
}
