//! Whole ticks on EC2, DynamoDB and a real control plane, in one process: what many of them do at once, and what one does
//! when EC2 fails.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use smartscale::act::Fleet as _;
use smartscale::act::ec2::{Ec2, Ec2Settings};
use smartscale::act::kubernetes::Kubernetes;
use smartscale::announce::Channels;
use smartscale::ledger::dynamodb::{DynamoDbLedger, create_table};
use smartscale::ledger::{Ledger as _, Retention};
use smartscale::observe::NoticeKind;
use smartscale::observe::prometheus::{Authentication, Prometheus, PrometheusSettings};
use smartscale::rules::Cluster;
use smartscale::runtime::tick::{Ended, Order, TickReport, tick};
use smartscale::runtime::{Ports, SystemClock, check_sources, choose_cluster};
use smartscale::source::Sources;
use tokio::sync::OnceCell;

use crate::connection::connection;
use crate::counterparts::ec2::Ec2 as Emulator;
use crate::counterparts::kubernetes::{ControlPlane, Identity};
use crate::dynamodb::{fresh_name, local};
use crate::ec2::on_ec2;

pub type World = Ports<Prometheus, Ec2, Kubernetes, DynamoDbLedger, Channels, SystemClock>;

/// No metric: the lower bound alone decides. Three workers are wanted, on spot if it can be.
const RULES: &str = r#"
cluster "prod" {
  nodes    3..6
  evaluate every 1m

  capacity {
    instances  m5.large, m5.xlarge
    spot       100% else on-demand
    zones      eu-central-1a, eu-central-1b
    join       within 10m
  }
}
"#;

fn rules() -> Arc<Cluster> {
    rules_of(RULES)
}

pub fn rules_of(text: &str) -> Arc<Cluster> {
    let checked = check_sources(&Sources::single("rules.scale", text), Vec::new());
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    choose_cluster(&ruleset, None).expect("there is one cluster")
}

/// One for all tests on the shared EC2.
pub async fn control_plane() -> &'static ControlPlane {
    static CONTROL_PLANE: OnceCell<ControlPlane> = OnceCell::const_new();
    CONTROL_PLANE.get_or_init(ControlPlane::start).await
}

/// Without any worker, and with a table of its own.
pub async fn world(emulator: &Emulator) -> Arc<World> {
    let plane = control_plane().await;
    let kubeconfig = plane.kubeconfig(Identity::SmartScale);
    emulator.launch_template("workers").await;
    let settings = Ec2Settings::new("workers".to_owned(), emulator.subnets().await.into_values().collect());
    let (dynamodb, table) = (local().await, fresh_name());
    create_table(&dynamodb, &table).await.expect("the table is new");
    let unasked = PrometheusSettings {
        url: "http://127.0.0.1:9".to_owned(),
        authentication: Authentication::None,
        certificate_authority: None,
        timeout: Duration::from_secs(1),
    };
    Arc::new(Ports {
        metrics: Prometheus::new(unasked).expect("the address is one"),
        fleet: Ec2::new(&connection(&emulator.url).await, settings),
        cluster: Kubernetes::connect(Some(&kubeconfig), None).await.expect("the control plane is there"),
        ledger: DynamoDbLedger::new(&dynamodb, &table, Retention::default()),
        announcer: Channels::default(),
        clock: SystemClock,
    })
}

fn order(owner: &str) -> Order {
    Order {
        cluster: rules(),
        prices: Arc::default(),
        notices: Vec::new(),
        owner: owner.to_owned(),
        deadline: Timestamp::now() + SignedDuration::from_secs(90),
        evaluate_now: false,
    }
}

/// How many instances of each market, type and zone there are.
async fn launched(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for instance in emulator.instances().await {
        *counts.entry(format!("{} {} {}", instance.market, instance.kind, instance.zone)).or_default() += 1;
    }
    counts
}

async fn one_tick(world: &World, owner: &str) -> TickReport {
    let report = tick(world, &order(owner)).await;
    assert_eq!(report.ended, Ended::Committed, "{report:#?}");
    report
}

#[test]
fn of_a_hundred_ticks_at_once_one_acts() {
    on_ec2(async |emulator| {
        let world = world(emulator).await;
        let ticks: Vec<_> = (0..100)
            .map(|n| {
                let (world, order) = (Arc::clone(&world), order(&format!("tick-{n}")));
                tokio::spawn(async move { tick(&*world, &order).await })
            })
            .collect();
        let mut acted = 0;
        let mut committed = 0;
        for report in ticks {
            let report = report.await.expect("no tick panics");
            match report.ended {
                Ended::Committed => committed += 1,
                Ended::Held { .. } => assert!(report.outcomes.is_empty() && report.decided.is_none()),
                _ => panic!("{report:#?}"),
            }
            acted += usize::from(!report.outcomes.is_empty());
        }
        assert_eq!(acted, 1);
        assert_eq!(emulator.instances().await.len(), 3);
        let standing = world.ledger.read("prod").await.expect("the ledger is there").expect("ticks were run");
        assert_eq!((standing.lease, standing.fence), (None, committed));
    });
}

#[test]
fn a_launch_whose_answer_is_lost_is_made_once() {
    on_ec2(async |emulator| {
        let world = world(emulator).await;
        emulator.fault(json!({ "action": "RunInstances", "answer": "drop", "effect": true })).await;
        one_tick(&world, "tick-1").await;
        let before = emulator.instances().await.len();
        assert!((1..=3).contains(&before), "{before}");
        emulator.clear_faults().await;
        for n in 2..5 {
            one_tick(&world, &format!("tick-{n}")).await;
        }
        assert_eq!(emulator.instances().await.len(), 3);
        let standing = world.ledger.read("prod").await.expect("the ledger is there").expect("ticks were run");
        assert_eq!(standing.state.expect("ticks were run").progress.operations.len(), 1);
    });
}

#[test]
fn without_spot_capacity_one_tick_goes_to_the_other_type_the_other_zone_and_on_demand() {
    on_ec2(async |emulator| {
        let world = world(emulator).await;
        emulator.capacity(json!({ "market": "spot", "available": 0 })).await;
        emulator.capacity(json!({ "market": "spot", "type": "m5.xlarge", "zone": "eu-central-1b", "available": 1 })).await;
        let report = one_tick(&world, "tick-1").await;
        let launched = launched(emulator).await;
        assert_eq!(launched.values().sum::<usize>(), 3, "{launched:?}: {report:#?}");
        assert_eq!(launched["spot m5.xlarge eu-central-1b"], 1, "{launched:?}");
        let on_demand = launched.iter().filter(|(kind, _)| kind.starts_with("on-demand")).map(|(_, count)| count).sum::<usize>();
        assert_eq!(on_demand, 2, "{launched:?}");
        // Every offering was asked once and none twice: EC2 admits few such calls.
        let calls = emulator.calls("RunInstances").await;
        let failed = calls.iter().filter(|call| call.code.is_some()).count();
        assert!(failed <= 4, "{failed} of {} calls failed", calls.len());
    });
}

#[test]
fn three_hundred_nodes_are_one_call_for_each_zone() {
    on_ec2(async |emulator| {
        let world = world(emulator).await;
        let many =
            RULES.replace("nodes    3..6", "nodes    300..300").replace("spot       100% else on-demand", "spot       50% else on-demand");
        let order = Order { cluster: rules_of(&many), ..order("tick-1") };
        let report = tick(&*world, &order).await;
        assert_eq!(report.ended, Ended::Committed, "{report:#?}");
        let launched = launched(emulator).await;
        assert_eq!(launched.values().sum::<usize>(), 300, "{launched:?}");
        let of = |part: &str| launched.iter().filter(|(kind, _)| kind.contains(part)).map(|(_, count)| count).sum::<usize>();
        assert_eq!((of("spot"), of("on-demand")), (150, 150), "{launched:?}");
        assert_eq!((of("eu-central-1a"), of("eu-central-1b")), (150, 150), "{launched:?}");
        // Two markets in two zones.
        let calls = emulator.calls("RunInstances").await;
        assert_eq!(calls.len(), 4, "{}", calls.len());
    });
}

#[test]
fn ec2_itself_tells_of_interruptions_and_maintenance() {
    on_ec2(async |emulator| {
        let world = world(emulator).await;
        one_tick(&world, "tick-1").await;
        assert_eq!(world.fleet.notices().await, Ok(Vec::new()));
        let instances = emulator.instances().await;
        let (spot, other) = (&instances[0], &instances[1]);
        let before = Timestamp::now();
        emulator.interrupt(&spot.id).await;
        emulator.schedule_retirement(&other.id).await;
        let mut notices = world.fleet.notices().await.expect("EC2 is there");
        notices.sort_by_key(|notice| notice.ends_at);
        let told: Vec<_> = notices.iter().map(|notice| (notice.instance_id.as_str(), notice.kind)).collect();
        assert_eq!(told, [(&*spot.id, NoticeKind::SpotInterruption), (&*other.id, NoticeKind::ScheduledMaintenance)]);
        let left = notices[0].ends_at.expect("a spot instance's end is known").duration_since(before);
        assert!((SignedDuration::from_secs(110)..SignedDuration::from_secs(180)).contains(&left), "{left:#}");
        // A tick that is told launches in their place at once.
        let report = tick(&*world, &Order { notices, ..order("tick-2") }).await;
        assert_eq!(report.ended, Ended::Committed, "{report:#?}");
        assert_eq!(emulator.instances().await.len(), 5, "{report:#?}");
    });
}

#[test]
fn a_used_up_quota_is_named_with_the_way_to_raise_it() {
    on_ec2(async |emulator| {
        let world = world(emulator).await;
        emulator.fault(json!({ "action": "RunInstances", "code": "MaxSpotInstanceCountExceeded", "match": { "market": "spot" } })).await;
        let report = one_tick(&world, "tick-1").await;
        let said = report.remarks.iter().find(|remark| remark.text.contains("MaxSpotInstanceCountExceeded"));
        let said = said.unwrap_or_else(|| panic!("{:#?}", report.remarks));
        assert!(said.text.contains("(L-34B43A08)") && said.text.contains("request-service-quota-increase"), "{}", said.text);
        assert_eq!(launched(emulator).await.keys().filter(|kind| kind.starts_with("on-demand")).count(), 2, "the other market takes all");
    });
}

#[test]
fn a_configuration_that_ec2_refuses_halts_launches_and_says_so() {
    on_ec2(async |emulator| {
        let world = world(emulator).await;
        emulator.fault(json!({ "action": "RunInstances", "code": "UnauthorizedOperation" })).await;
        let report = one_tick(&world, "tick-1").await;
        let asked = emulator.calls("RunInstances").await.len();
        assert!(asked <= 2, "one call for each zone, and no other offering after it: {asked}");
        let said = report.remarks.iter().any(|remark| remark.text.contains("UnauthorizedOperation"));
        assert!(said, "{:#?}", report.remarks);
        one_tick(&world, "tick-2").await;
        assert_eq!(emulator.calls("RunInstances").await.len(), asked, "it is not asked again until something changes");
        assert_eq!(emulator.instances().await.len(), 0);
    });
}
