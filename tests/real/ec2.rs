//! The Fleet port on EC2: moto behind our wrapper.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use aws_sdk_ec2::types::{
    InstanceType, LaunchTemplateInstanceMarketOptionsRequest, LaunchTemplateInstanceNetworkInterfaceSpecificationRequest, MarketType,
    RequestLaunchTemplateData,
};
use jiff::Timestamp;
use serde_json::json;
use smartscale::act::Fleet;
use smartscale::act::ec2::{Ec2, Ec2Settings};
use smartscale::aws::CallLimits;
use smartscale::observe::{Instance, InstanceState, Market};
use smartscale::plan::{
    CLUSTER_TAG, Failure, FailureClass, FindByToken, OPERATION_TAG, Offering, OperationId, RunInstances, Subnet, Terminate,
};
use smartscale::rules::Number;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, OnceCell};

use crate::connection::{connection, connection_within};
use crate::counterparts::ec2::{Ec2 as Emulator, IMAGE};

/// One emulator for all tests of the process, one test at a time: its faults and its clock are for all callers.
pub fn on_ec2(test: impl AsyncFnOnce(&Emulator)) {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    static EMULATOR: OnceCell<Mutex<Emulator>> = OnceCell::const_new();
    RUNTIME.block_on(async {
        let emulator = EMULATOR.get_or_init(async || Mutex::new(Emulator::start().await)).await.lock().await;
        emulator.reset().await;
        test(&emulator).await;
    });
}

/// The adapter with a fresh template `workers` and one subnet in each zone.
async fn fleet(emulator: &Emulator) -> Ec2 {
    emulator.launch_template("workers").await;
    fleet_of(emulator, "workers").await
}

async fn fleet_of(emulator: &Emulator, template: &str) -> Ec2 {
    let subnets = emulator.subnets().await.into_values().collect();
    Ec2::new(&connection(&emulator.url).await, Ec2Settings { launch_template: template.to_owned(), subnets })
}

async fn step(emulator: &Emulator, token: &str, market: Market, zone: &str, count: u32) -> RunInstances {
    let operation = OperationId(format!("l-{token}"));
    let tags = [(CLUSTER_TAG, "prod"), (OPERATION_TAG, operation.0.as_str()), ("Name", "prod-worker")];
    RunInstances {
        attempt: 0,
        offering: Offering {
            market,
            instance_type: None,
            zone: zone.to_owned(),
            subnet: emulator.subnets().await.get(zone).cloned().unwrap_or_default(),
        },
        template_version: 1,
        count,
        token: token.to_owned(),
        max_price: None,
        tags: tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        operation,
    }
}

fn find(step: &RunInstances) -> FindByToken {
    FindByToken { operation: step.operation.clone(), attempt: step.attempt, token: step.token.clone() }
}

fn terminate(instance: &Instance) -> Terminate {
    Terminate { operation: OperationId("r-1".to_owned()), instance_id: instance.id.clone() }
}

async fn run(fleet: &Ec2, step: &RunInstances) -> Result<Vec<Instance>, Failure> {
    fleet.run_instances(step, Timestamp::now()).await
}

fn ids(instances: &[Instance]) -> Vec<&str> {
    let mut ids: Vec<&str> = instances.iter().map(|instance| instance.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

const A: &str = "eu-central-1a";
const B: &str = "eu-central-1b";

#[test]
fn a_launch_is_one_call_that_carries_everything() {
    on_ec2(async |emulator| {
        let fleet = fleet(emulator).await;
        let wanted = RunInstances {
            offering: Offering { instance_type: Some("m5.xlarge".to_owned()), ..step(emulator, "t1", Market::Spot, B, 3).await.offering },
            max_price: Number::fraction(1, 8),
            ..step(emulator, "t1", Market::Spot, B, 3).await
        };
        let launched = run(&fleet, &wanted).await.unwrap();
        assert_eq!(launched.len(), 3);
        for instance in &launched {
            let Instance { market, zone, instance_type, client_token, state, tags, .. } = instance;
            assert_eq!((*market, zone.as_str(), instance_type.as_str(), *state), (Market::Spot, B, "m5.xlarge", InstanceState::Pending));
            assert_eq!(client_token.as_deref(), Some("t1"));
            assert!(wanted.tags.iter().all(|(key, value)| tags.get(key) == Some(value)), "{tags:?}");
        }
        let calls = emulator.calls("RunInstances").await;
        let [call] = calls.as_slice() else { panic!("{calls:?}") };
        let said = |name: &str| call.params.get(name).map(String::as_str);
        assert!(said("LaunchTemplate.LaunchTemplateId").is_some_and(|id| id.starts_with("lt-")));
        assert_eq!(said("LaunchTemplate.Version"), Some("1"));
        assert_eq!((said("MinCount"), said("MaxCount"), said("ClientToken")), (Some("1"), Some("3"), Some("t1")));
        let spot = "InstanceMarketOptions.SpotOptions";
        assert_eq!((said(&format!("{spot}.SpotInstanceType")), said(&format!("{spot}.MaxPrice"))), (Some("one-time"), Some("0.125")));
        assert_eq!((said("TagSpecification.1.ResourceType"), said("TagSpecification.2.ResourceType")), (Some("instance"), Some("volume")));
        // What the port lists is what was launched.
        assert_eq!(ids(&fleet.instances("prod").await.unwrap()), ids(&launched));
        assert_eq!(fleet.instances("other").await.unwrap(), []);
    });
}

#[test]
fn a_lost_answer_is_unknown_and_the_token_finds_what_it_brought() {
    on_ec2(async |emulator| {
        let fleet = fleet(emulator).await;
        let wanted = step(emulator, "t1", Market::OnDemand, A, 2).await;
        emulator.fault(json!({ "action": "RunInstances", "answer": "drop", "effect": true, "count": 1 })).await;
        assert_eq!(run(&fleet, &wanted).await.unwrap_err().class, FailureClass::Unknown);
        assert_eq!(emulator.calls("RunInstances").await.len(), 1, "plan repeats a launch, the SDK does not");
        let found = fleet.find_by_token(&find(&wanted)).await.unwrap();
        let again = run(&fleet, &wanted).await.unwrap();
        assert_eq!((ids(&found), again.len()), (ids(&again), 2));
        assert_eq!(emulator.instances().await.len(), 2);
    });
}

#[test]
fn silence_is_unknown_after_the_limit_and_the_token_finds_what_it_brought() {
    on_ec2(async |emulator| {
        emulator.launch_template("workers").await;
        let limits =
            CallLimits { attempt: Duration::from_secs(3), operation: Duration::from_secs(3), attempts: 2, ..CallLimits::default() };
        let subnets = emulator.subnets().await.into_values().collect();
        let settings = Ec2Settings { launch_template: "workers".to_owned(), subnets };
        let fleet = Ec2::new(&connection_within(&emulator.url, limits).await, settings);
        let wanted = step(emulator, "t1", Market::OnDemand, A, 1).await;
        emulator.fault(json!({ "action": "RunInstances", "answer": "hang", "effect": true, "count": 1 })).await;
        let failure = run(&fleet, &wanted).await.unwrap_err();
        assert_eq!((failure.class, failure.code.as_str()), (FailureClass::Unknown, "Timeout"));
        assert_eq!(emulator.calls("RunInstances").await.len(), 1);
        assert_eq!(fleet.find_by_token(&find(&wanted)).await.unwrap().len(), 1);
    });
}

#[test]
fn every_failure_has_its_class_as_ec2_answers_it() {
    on_ec2(async |emulator| {
        let fleet = fleet(emulator).await;
        let cases = [
            (FailureClass::Offering, &["InsufficientInstanceCapacity", "UnfulfillableCapacity", "Unsupported", "SpotMaxPriceTooLow"][..]),
            (FailureClass::Market, &["MaxSpotInstanceCountExceeded", "VcpuLimitExceeded", "InstanceLimitExceeded"]),
            (FailureClass::Subnet, &["InsufficientFreeAddressesInSubnet"]),
            (FailureClass::Throttle, &["RequestLimitExceeded", "Throttling"]),
            (FailureClass::Unknown, &["InternalError", "Unavailable"]),
            (FailureClass::Configuration, &["UnauthorizedOperation", "InvalidAMIID.NotFound", "InvalidParameterValue"]),
        ];
        for (class, codes) in cases {
            for code in codes {
                emulator.fault(json!({ "action": "RunInstances", "code": code, "count": 1 })).await;
                let token = format!("t-{code}");
                let failure = run(&fleet, &step(emulator, &token, Market::Spot, A, 1).await).await.unwrap_err();
                assert_eq!((failure.class, failure.code.as_str()), (class, *code), "{failure}");
                assert!(!failure.message.is_empty());
            }
        }
        assert_eq!(emulator.instances().await.len(), 0);
    });
}

#[test]
fn spot_without_capacity_leaves_other_types_zones_and_markets_open() {
    on_ec2(async |emulator| {
        let fleet = fleet(emulator).await;
        emulator.capacity(json!({ "market": "spot", "type": "m5.large", "available": 0 })).await;
        emulator.capacity(json!({ "market": "spot", "zone": A, "available": 0 })).await;
        let of = async |token: &str, market, kind: &str, zone: &str| {
            let mut wanted = step(emulator, token, market, zone, 1).await;
            wanted.offering.instance_type = Some(kind.to_owned());
            run(&fleet, &wanted).await
        };
        let class = |result: Result<Vec<Instance>, Failure>| result.map(|instances| instances[0].market).map_err(|failure| failure.class);
        assert_eq!(class(of("1", Market::Spot, "m5.large", A).await), Err(FailureClass::Offering));
        assert_eq!(class(of("2", Market::Spot, "m5.xlarge", A).await), Err(FailureClass::Offering));
        assert_eq!(class(of("3", Market::Spot, "m5.large", B).await), Err(FailureClass::Offering));
        assert_eq!(class(of("4", Market::Spot, "m5.xlarge", B).await), Ok(Market::Spot));
        assert_eq!(class(of("5", Market::OnDemand, "m5.large", A).await), Ok(Market::OnDemand));
    });
}

#[test]
fn a_partial_fill_is_a_success_with_fewer() {
    on_ec2(async |emulator| {
        let fleet = fleet(emulator).await;
        emulator.capacity(json!({ "zone": A, "available": 2 })).await;
        assert_eq!(run(&fleet, &step(emulator, "t1", Market::OnDemand, A, 5).await).await.unwrap().len(), 2);
    });
}

#[test]
fn a_throttled_listing_is_asked_again_and_a_throttled_launch_is_not() {
    on_ec2(async |emulator| {
        emulator.launch_template("workers").await;
        let limits = CallLimits { attempt: Duration::from_secs(60), operation: Duration::from_secs(60), ..CallLimits::default() };
        let settings = Ec2Settings { launch_template: "workers".to_owned(), subnets: Vec::new() };
        let fleet = Ec2::new(&connection_within(&emulator.url, limits).await, settings);
        emulator.fault(json!({ "action": "DescribeInstances", "code": "RequestLimitExceeded", "count": 1 })).await;
        assert_eq!(fleet.instances("prod").await, Ok(Vec::new()));
        assert_eq!(emulator.calls("DescribeInstances").await.len(), 2);
        emulator.fault(json!({ "action": "RunInstances", "code": "RequestLimitExceeded", "count": 1 })).await;
        let wanted = step(emulator, "t1", Market::OnDemand, A, 1).await;
        assert_eq!(run(&fleet, &wanted).await.unwrap_err().class, FailureClass::Throttle);
        assert_eq!(run(&fleet, &wanted).await.unwrap().len(), 1);
        assert_eq!(emulator.calls("RunInstances").await.len(), 2);
    });
}

#[test]
fn listings_follow_every_page_and_half_a_listing_is_none() {
    on_ec2(async |emulator| {
        let fleet = fleet(emulator).await;
        let launched = run(&fleet, &step(emulator, "t1", Market::OnDemand, A, 12).await).await.unwrap();
        let dead = launched.first().unwrap();
        fleet.terminate(&terminate(dead)).await.unwrap();
        assert_eq!(fleet.instances("prod").await.unwrap().len(), 12);
        assert_eq!(emulator.calls("DescribeInstances").await.len(), 1, "an idle tick asks once");
        emulator.set(json!({ "page_size": 5 })).await;
        let listed = fleet.instances("prod").await.unwrap();
        assert_eq!(ids(&listed), ids(&launched));
        assert_eq!(emulator.calls("DescribeInstances").await.len(), 4);
        let states: BTreeMap<&str, InstanceState> = listed.iter().map(|instance| (instance.id.as_str(), instance.state)).collect();
        assert_eq!(states[dead.id.as_str()], InstanceState::Terminated);
        assert_eq!(states.values().filter(|state| **state == InstanceState::Running).count(), 11);
        // The second page fails.
        let fault = json!({ "action": "DescribeInstances", "code": "InternalError", "per_second": 0.0001, "burst": 1 });
        emulator.fault(fault).await;
        let unseen = fleet.instances("prod").await.unwrap_err();
        assert_eq!(unseen.reason, "instances cannot be listed from EC2: InternalError: An internal error has occurred");
        assert_eq!(emulator.calls("DescribeInstances").await.len(), 6);
    });
}

#[test]
fn what_was_just_launched_may_not_be_seen_yet() {
    on_ec2(async |emulator| {
        let fleet = fleet(emulator).await;
        emulator.set(json!({ "invisible_seconds": 30, "pending_seconds": 60 })).await;
        let wanted = step(emulator, "t1", Market::OnDemand, A, 1).await;
        let launched = run(&fleet, &wanted).await.unwrap();
        // No failure, and no proof that it is lost.
        assert_eq!(fleet.instances("prod").await, Ok(Vec::new()));
        assert_eq!(fleet.find_by_token(&find(&wanted)).await, Ok(Vec::new()));
        assert_eq!(fleet.terminate(&terminate(&launched[0])).await.unwrap_err().class, FailureClass::NotFound);
        assert_eq!(fleet.termination_protected(&launched[0].id).await.unwrap_err().class, FailureClass::NotFound);
        // The token knows it before the listing does.
        assert_eq!(ids(&run(&fleet, &wanted).await.unwrap()), ids(&launched));
        emulator.advance(30).await;
        assert_eq!(fleet.instances("prod").await.unwrap()[0].state, InstanceState::Pending);
        emulator.advance(30).await;
        assert_eq!(fleet.instances("prod").await.unwrap()[0].state, InstanceState::Running);
    });
}

#[test]
fn the_replay_of_a_dead_launch_brings_the_dead() {
    on_ec2(async |emulator| {
        let fleet = fleet(emulator).await;
        let wanted = step(emulator, "t1", Market::OnDemand, A, 1).await;
        let launched = run(&fleet, &wanted).await.unwrap();
        emulator.kill(&launched[0].id).await;
        for replay_terminated in [true, false] {
            emulator.set(json!({ "replay_terminated": replay_terminated })).await;
            let replayed = run(&fleet, &wanted).await.unwrap();
            assert_eq!((replayed[0].id.as_str(), replayed[0].state), (launched[0].id.as_str(), InstanceState::Terminated));
        }
        // EC2 forgets the dead after an hour.
        emulator.advance(3601).await;
        let failure = run(&fleet, &wanted).await.unwrap_err();
        assert_eq!((failure.class, failure.code.as_str()), (FailureClass::NotFound, "IdempotentInstanceTerminated"));
        assert_eq!(emulator.instances().await.len(), 1);
    });
}

#[test]
fn a_replay_after_the_configuration_changed_brings_what_was_launched() {
    on_ec2(async |emulator| {
        let before = fleet(emulator).await;
        let wanted = step(emulator, "t1", Market::OnDemand, A, 2).await;
        let launched = run(&before, &wanted).await.unwrap();
        emulator.launch_template("others").await;
        let after = fleet_of(emulator, "others").await;
        assert_eq!(ids(&run(&after, &wanted).await.unwrap()), ids(&launched));
        // Nothing to be seen yet is no failure for good.
        emulator.set(json!({ "invisible_seconds": 30 })).await;
        let wanted = step(emulator, "t2", Market::OnDemand, A, 1).await;
        run(&before, &wanted).await.unwrap();
        assert_eq!(run(&after, &wanted).await.unwrap_err().class, FailureClass::Unknown);
        assert_eq!(emulator.instances().await.len(), 3);
    });
}

#[test]
fn termination_protection_is_seen_before_and_refuses_after() {
    on_ec2(async |emulator| {
        let data = RequestLaunchTemplateData::builder().image_id(IMAGE).instance_type(InstanceType::M5Large).disable_api_termination(true);
        let made = emulator.client().create_launch_template().launch_template_name("protected").launch_template_data(data.build());
        made.send().await.unwrap();
        let fleet = fleet_of(emulator, "protected").await;
        let protected = run(&fleet, &step(emulator, "t1", Market::OnDemand, A, 1).await).await.unwrap().remove(0);
        assert_eq!(fleet.termination_protected(&protected.id).await, Ok(true));
        let failure = fleet.terminate(&terminate(&protected)).await.unwrap_err();
        assert_eq!((failure.class, failure.code.as_str()), (FailureClass::Refused, "OperationNotPermitted"));
        emulator.launch_template("workers").await;
        let fleet = fleet_of(emulator, "workers").await;
        let plain = run(&fleet, &step(emulator, "t2", Market::OnDemand, A, 1).await).await.unwrap().remove(0);
        assert_eq!(fleet.termination_protected(&plain.id).await, Ok(false));
        assert_eq!(fleet.terminate(&terminate(&plain)).await, Ok(()));
        // It may be asked twice.
        assert_eq!(fleet.terminate(&terminate(&plain)).await, Ok(()));
    });
}

#[test]
fn the_template_is_its_default_version_by_number_with_the_zones_of_the_subnets() {
    on_ec2(async |emulator| {
        let id = emulator.launch_template("workers").await;
        let subnets: Vec<Subnet> = emulator.subnets().await.into_iter().map(|(zone, id)| Subnet { zone, id }).collect();
        for name in ["workers", &id] {
            let template = fleet_of(emulator, name).await.template().await.unwrap();
            assert_eq!((template.id.as_str(), template.version, template.instance_type.as_deref()), (id.as_str(), 1, Some("m5.large")));
            assert_eq!(template.subnets, subnets);
        }
        let data = RequestLaunchTemplateData::builder().image_id(IMAGE).instance_type(InstanceType::C5Large).build();
        emulator.client().create_launch_template_version().launch_template_id(&id).launch_template_data(data).send().await.unwrap();
        let fleet = fleet_of(emulator, "workers").await;
        assert_eq!(fleet.template().await.unwrap().version, 1, "a version that is not the default yet");
        emulator.client().modify_launch_template().launch_template_id(&id).default_version("2").send().await.unwrap();
        let template = fleet.template().await.unwrap();
        assert_eq!((template.version, template.instance_type.as_deref()), (2, Some("c5.large")));
        // An attempt that was intended with the old version keeps it.
        let old = run(&fleet, &step(emulator, "t1", Market::OnDemand, A, 1).await).await.unwrap();
        assert_eq!(old[0].instance_type, "m5.large");
    });
}

#[test]
fn a_template_or_subnet_that_cannot_be_used_is_one_clear_line() {
    on_ec2(async |emulator| {
        let error = async |template: &str, subnets: &[&str]| {
            let subnets = subnets.iter().map(|id| (*id).to_owned()).collect();
            let settings = Ec2Settings { launch_template: template.to_owned(), subnets };
            let failure = Ec2::new(&connection(&emulator.url).await, settings).template().await.unwrap_err();
            assert_eq!(failure.class, FailureClass::Configuration, "{failure}");
            failure.to_string()
        };
        let known = emulator.subnets().await.remove(A).unwrap();
        emulator.launch_template("workers").await;
        let error_of_missing = error("missing", &[&known]).await;
        assert!(error_of_missing.contains("with template name missing, does not exist"), "{error_of_missing}");
        let error_of_subnet = error("workers", &["subnet-00000000"]).await;
        assert!(error_of_subnet.contains("subnet-00000000"), "{error_of_subnet}");
        let options = LaunchTemplateInstanceMarketOptionsRequest::builder().market_type(MarketType::Spot).build();
        let data = RequestLaunchTemplateData::builder().image_id(IMAGE).instance_market_options(options).build();
        emulator.client().create_launch_template().launch_template_name("spot").launch_template_data(data).send().await.unwrap();
        assert!(error("spot", &[&known]).await.starts_with("UnusableLaunchTemplate: launch template `spot` asks for a market of its own"));
    });
}

#[test]
fn a_template_with_interfaces_launches_into_the_wanted_subnet() {
    on_ec2(async |emulator| {
        let interface = LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder()
            .device_index(0)
            .associate_public_ip_address(true)
            .delete_on_termination(true)
            .build();
        let data = RequestLaunchTemplateData::builder().image_id(IMAGE).instance_type(InstanceType::M5Large).network_interfaces(interface);
        let made = emulator.client().create_launch_template().launch_template_name("public").launch_template_data(data.build());
        made.send().await.unwrap();
        let fleet = fleet_of(emulator, "public").await;
        let launched = run(&fleet, &step(emulator, "t1", Market::OnDemand, B, 1).await).await.unwrap();
        assert_eq!(launched[0].zone, B);
    });
}

#[test]
fn an_interrupted_spot_instance_ends_like_any_other() {
    on_ec2(async |emulator| {
        let fleet = fleet(emulator).await;
        let launched = run(&fleet, &step(emulator, "t1", Market::Spot, A, 1).await).await.unwrap();
        emulator.interrupt(&launched[0].id).await;
        assert_eq!(fleet.instances("prod").await.unwrap()[0].state, InstanceState::Running);
        emulator.advance(121).await;
        assert_eq!(fleet.instances("prod").await.unwrap()[0].state, InstanceState::Terminated);
    });
}

#[tokio::test]
async fn nobody_there_is_unseen_and_unknown() {
    // A port that was free a moment ago.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let settings = Ec2Settings { launch_template: "lt-1".to_owned(), subnets: Vec::new() };
    let fleet = Ec2::new(&connection(&url).await, settings);
    let unseen = fleet.instances("prod").await.unwrap_err();
    assert!(unseen.reason.starts_with("instances cannot be listed from EC2: Unreachable: "), "{unseen}");
    assert!(unseen.reason.contains("refused"), "{unseen}");
    assert_eq!(fleet.template().await.unwrap_err().class, FailureClass::Unknown);
}
