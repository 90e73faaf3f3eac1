//! What an idle tick costs: real requests, counted over all adapters.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use smartscale::act::ec2::{Ec2, Ec2Settings};
use smartscale::act::kubernetes::Kubernetes;
use smartscale::announce::Channels;
use smartscale::ledger::Retention;
use smartscale::ledger::dynamodb::{DynamoDbLedger, create_table};
use smartscale::observe::Metrics as _;
use smartscale::observe::prometheus::{Authentication, Prometheus, PrometheusSettings};
use smartscale::runtime::tick::{Ended, Order, tick};
use smartscale::runtime::{Ports, SystemClock};

use crate::connection::connection;
use crate::counterparts::counting::Counting;
use crate::counterparts::dynamodb::DynamoDbLocal;
use crate::counterparts::kubernetes::{ControlPlane, Identity};
use crate::counterparts::prometheus::Prometheus as Server;
use crate::dynamodb::fresh_name;
use crate::ec2::on_ec2;
use crate::ticks::rules_of;

/// Three metrics: one of an instant, one of a window, one that says itself when it is missing.
const RULES: &str = r#"
cluster "idle" {
  nodes    0..3
  evaluate every 1m
}

metric load  : percent = prometheus `max(up) * 50`
metric queue : count   = prometheus `sum(up)` missing after 2m
metric slow  : percent = prometheus `avg(up) * 40`

rule busy   { when load > 70%         then add 1 node }
rule queued { when queue > 100        then add 1 node }
rule steady { when slow > 70% for 2m  then add 1 node }
"#;
const METRICS: usize = 3;

#[test]
fn an_idle_tick_is_two_round_trips_and_no_more_than_four_requests_beside_its_metrics() {
    on_ec2(async |emulator| {
        let (plane, dynamodb, server) = tokio::join!(ControlPlane::start(), DynamoDbLocal::start(), Server::start(""));
        let counting = Counting::default();
        let (url, _proxy) = plane.proxy(Identity::SmartScale).await;
        let kubernetes = counting.way_to(&url).await;
        let kubeconfig = tempfile::NamedTempFile::new().expect("a file");
        let text = serde_json::json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{ "name": "c", "cluster": { "server": kubernetes } }],
            "users": [{ "name": "u", "user": {} }],
            "contexts": [{ "name": "c", "context": { "cluster": "c", "user": "u" } }],
        });
        fs::write(kubeconfig.path(), text.to_string()).expect("the file takes text");
        emulator.launch_template("workers").await;
        let settings = Ec2Settings::new("workers".to_owned(), emulator.subnets().await.into_values().collect());
        let table = fresh_name();
        create_table(&connection(&dynamodb.url).await, &table).await.expect("the table is new");
        let prometheus = PrometheusSettings {
            url: counting.way_to(&server.url).await,
            authentication: Authentication::None,
            certificate_authority: None,
            timeout: Duration::from_secs(60),
        };
        let world = Ports {
            metrics: Prometheus::new(prometheus).expect("the address is one"),
            fleet: Ec2::new(&connection(&counting.way_to(&emulator.url).await).await, settings),
            cluster: Kubernetes::connect(Some(kubeconfig.path()), None).await.expect("the control plane is there"),
            ledger: DynamoDbLedger::new(&connection(&counting.way_to(&dynamodb.url).await).await, &table, Retention::default()),
            announcer: Channels::default(),
            clock: SystemClock,
        };
        // As every process that ticks does before its first one.
        world.metrics.prepare(Timestamp::now()).await;
        let cluster = rules_of(RULES);
        for (number, together) in [0, METRICS + 3, METRICS + 3].into_iter().enumerate() {
            counting.restart(together);
            let order = Order {
                cluster: Arc::clone(&cluster),
                prices: Arc::default(),
                notices: Vec::new(),
                owner: format!("tick-{number}"),
                deadline: Timestamp::now() + SignedDuration::from_secs(60),
                evaluate_now: true,
            };
            let report = tick(&world, &order).await;
            assert_eq!(report.ended, Ended::Committed, "{report:#?}");
            assert!(report.decided.is_some() && report.outcomes.is_empty(), "{report:#?}");
            // The first tick of a new ledger writes down the rules too, in the same requests.
            let requests = counting.requests_seen();
            // Lease, instances and nodes beside the metrics, none of which waited for another; then the commit.
            assert_eq!(requests.len(), METRICS + 4, "{requests:#?}");
            if number > 0 {
                assert_eq!(report.missing, Vec::<String>::new());
            }
        }
    });
}
