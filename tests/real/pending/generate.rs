//! Random sets of pods, DaemonSets and workers, by seed.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use smartscale::sandbox::Random;

pub const ZONES: [&str; 3] = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const ZONE: &str = "topology.kubernetes.io/zone";
const HOST: &str = "kubernetes.io/hostname";

/// One set, as the test brings it into the cluster.
pub struct Set {
    pub namespace: String,
    /// The zone of each worker that is there from the start.
    pub workers: Vec<&'static str>,
    /// Every worker carries the taint `dedicated=batch`.
    pub tainted: bool,
    pub gpus: u32,
    /// Pods that are bound to these workers from the start: (place of the worker, pod).
    pub residents: Vec<(usize, Value)>,
    pub daemon_sets: Vec<Value>,
    /// In the order in which they come.
    pub pods: Vec<Value>,
}

pub fn set(seed: u64) -> Set {
    let random = &mut Random::new(seed.wrapping_mul(7919) + 1);
    // Warm up: neighbouring seeds are to have nothing in common.
    for _ in 0..4 {
        let _ = random.next();
    }
    let namespace = format!("set-{seed}");
    let tainted = random.chance(300);
    let workers: Vec<_> = (0..random.between(1, 4)).map(|_| pick(random, &ZONES)).collect();
    let residents = (0..workers.len()).map(|place| (place, resident(random, place))).collect();
    let daemon_sets = (0..random.below(3)).map(|number| daemon_set(random, number, tainted, &namespace)).collect();
    let mut pods = Vec::new();
    for group in 0..random.between(1, 4) {
        let pod = pod(random, group, tainted);
        let count = random.between(1, 4);
        pods.extend((0..count).map(|_| pod.clone()));
    }
    // Shuffled: pods of several workloads come mixed.
    for last in (1..pods.len()).rev() {
        let other = random.below(last as u64 + 1) as usize;
        pods.swap(last, other);
    }
    let pods = pods.iter().enumerate().map(|(place, pod)| named(pod, &format!("p{place:02}"), &namespace)).collect();
    Set { namespace, workers, tainted, gpus: u32::from(random.chance(300)) * 2, residents, daemon_sets, pods }
}

fn pick(random: &mut Random, items: &[&'static str]) -> &'static str {
    items[random.below(items.len() as u64) as usize]
}

impl Set {
    pub fn names(&self) -> BTreeSet<String> {
        self.pods.iter().filter_map(|pod| pod["metadata"]["name"].as_str()).map(str::to_owned).collect()
    }
}

fn named(pod: &Value, name: &str, namespace: &str) -> Value {
    let mut pod = pod.clone();
    pod["metadata"]["name"] = json!(name);
    pod["spec"]["nodeSelector"][super::SET] = json!(namespace);
    pod
}

fn tolerations() -> Value {
    json!([{ "key": "dedicated", "operator": "Equal", "value": "batch", "effect": "NoSchedule" }])
}

fn resident(random: &mut Random, place: usize) -> Value {
    let app = format!("g{}", random.below(3));
    let cpu = format!("{}m", random.between(12, 20) * 100);
    json!({
        "metadata": { "name": format!("resident-{place}"), "labels": { "app": app } },
        "spec": { "containers": [{ "name": "app", "image": "app", "resources": { "requests": { "cpu": cpu } } }] },
    })
}

fn daemon_set(random: &mut Random, number: u64, tainted: bool, namespace: &str) -> Value {
    let name = format!("daemon-{number}");
    let requests = json!({ "cpu": format!("{}m", random.between(1, 4) * 50), "memory": format!("{}Mi", random.between(1, 8) * 32) });
    let mut spec = json!({
        "containers": [{ "name": "agent", "image": "agent", "resources": { "requests": requests } }],
        // They may start before the pods that wait.
        "tolerations": [{ "key": super::HOLD, "operator": "Exists" }],
    });
    if tainted && random.chance(700) {
        spec["tolerations"].as_array_mut().unwrap().extend(tolerations().as_array().unwrap().clone());
    }
    match random.below(4) {
        0 => spec["nodeSelector"] = json!({ ZONE: pick(random, &ZONES) }),
        1 => spec["nodeSelector"] = json!({ "kubernetes.io/os": "windows" }),
        _ => {}
    }
    spec["nodeSelector"][super::SET] = json!(namespace);
    json!({
        "metadata": { "name": name },
        "spec": {
            "selector": { "matchLabels": { "daemon": name } },
            "template": { "metadata": { "labels": { "daemon": name } }, "spec": spec },
        },
    })
}

/// The pod of one workload.
fn pod(random: &mut Random, group: i64, tainted: bool) -> Value {
    let app = format!("g{group}");
    let mut spec = json!({ "containers": [container(random)] });
    if tainted && random.chance(900) {
        spec["tolerations"] = tolerations();
    }
    more_requests(random, &mut spec);
    for _ in 0..=random.below(2) {
        constrain(random, &mut spec, &app);
    }
    json!({ "metadata": { "labels": { "app": app, "tier": "web" } }, "spec": spec })
}

fn container(random: &mut Random) -> Value {
    let cpu = format!("{}m", random.between(1, 15) * 100);
    let memory = format!("{}Mi", random.between(1, 14) * 128);
    let amounts = match random.below(6) {
        0 => json!({ "cpu": cpu }),
        1 => json!({ "memory": memory }),
        _ => json!({ "cpu": cpu, "memory": memory }),
    };
    // Limits alone become requests.
    let key = if random.chance(150) { "limits" } else { "requests" };
    json!({ "name": "app", "image": "app", "resources": { key: amounts } })
}

fn more_requests(random: &mut Random, spec: &mut Value) {
    let small = format!("{}m", random.between(1, 4) * 100);
    let large = format!("{}m", random.between(5, 18) * 100);
    let init = |name: &str, cpu: &str| json!({ "name": name, "image": "app", "resources": { "requests": { "cpu": cpu } } });
    match random.below(8) {
        0 => spec["initContainers"] = json!([init("first", &large)]),
        1 => {
            let mut sidecar = init("sidecar", &small);
            sidecar["restartPolicy"] = json!("Always");
            spec["initContainers"] = json!([sidecar, init("second", &large)]);
        }
        2 => spec["runtimeClassName"] = json!("heavy"),
        // Not less than its containers ask for together.
        3 => spec["resources"] = json!({ "requests": { "cpu": "1600m" } }),
        _ => {}
    }
}

fn constrain(random: &mut Random, spec: &mut Value, app: &str) {
    let own = json!({ "matchLabels": { "app": app } });
    let expression = |key: &str, operator: &str, values: &[&str]| {
        json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [{
            "matchExpressions": [{ "key": key, "operator": operator, "values": values }],
        }] } } })
    };
    let term = |kind: &str, key: &str, selector: &Value| json!({ kind: { "requiredDuringSchedulingIgnoredDuringExecution": [{ "topologyKey": key, "labelSelector": selector }] } });
    let spread = |key: &str, skew: i64, selector: &Value| json!([{ "maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector }]);
    match random.below(26) {
        0 | 1 => spec["nodeSelector"] = json!({ ZONE: pick(random, &ZONES) }),
        2 => spec["affinity"] = expression(ZONE, "NotIn", &[pick(random, &ZONES)]),
        3 => spec["affinity"] = expression(ZONE, "In", &ZONES[..2]),
        4 => spec["affinity"] = expression("smartscale.test/generation", "Gt", &["4"]),
        5 => spec["affinity"] = expression("smartscale.test/generation", "Lt", &["4"]),
        6 | 7 => spec["affinity"] = term("podAntiAffinity", HOST, &own),
        8 => spec["affinity"] = term("podAntiAffinity", ZONE, &own),
        9 | 10 => spec["affinity"] = term("podAffinity", ZONE, &own),
        11 => spec["affinity"] = term("podAffinity", HOST, &own),
        12 => spec["affinity"] = term("podAffinity", ZONE, &json!({ "matchLabels": { "app": format!("g{}", random.below(4)) } })),
        13 => {
            let everywhere = json!([{ "topologyKey": HOST, "labelSelector": own, "namespaceSelector": {} }]);
            spec["affinity"] = json!({ "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": everywhere } });
        }
        14 | 15 => spec["topologySpreadConstraints"] = spread(ZONE, random.between(1, 2), &own),
        16 | 17 => spec["topologySpreadConstraints"] = spread(HOST, random.between(1, 3), &own),
        18 => {
            spec["topologySpreadConstraints"] = spread(ZONE, 1, &own);
            spec["topologySpreadConstraints"][0]["minDomains"] = json!(random.between(2, 4));
        }
        19 => {
            spec["topologySpreadConstraints"] = spread(HOST, 1, &own);
            spec["topologySpreadConstraints"][0]["nodeTaintsPolicy"] = json!("Honor");
        }
        20 => spec["containers"][0]["ports"] = json!([{ "containerPort": 80, "hostPort": 8080 }]),
        21 => spec["containers"][0]["resources"] = json!({ "limits": { "nvidia.com/gpu": "1" } }),
        22 => spec["nodeSelector"] = json!({ "kubernetes.io/os": "windows" }),
        23 => spec["containers"][0]["resources"] = json!({ "requests": { "memory": "5Gi" } }),
        _ => {}
    }
}
