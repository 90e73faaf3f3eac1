use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

use crate::observe::Metrics as _;
use crate::rules::PriceList;
use crate::runtime::configuration::{Configuration, Environment};
use crate::runtime::live_rules::LiveRules;
use crate::runtime::read_notices;
use crate::runtime::real::{RealWorld, connect};
use crate::runtime::tick::{Ended, Order, TickReport};
use crate::runtime::{World as _, tick_with_notices};

/// Runs the function until Lambda ends it. Connections and rules are made once and serve every warm invocation.
///
/// # Errors
///
/// Where the configuration, the rules or a secret cannot be read: Lambda logs the error and tries a fresh environment.
pub async fn run_function() -> Result<(), Error> {
    let environment = Environment::of_process();
    let path = environment.get("SMARTSCALE_CONFIG").map_or_else(|| PathBuf::from("smartscale.toml"), PathBuf::from);
    let configuration = Configuration::load(&path, environment)?;
    let rules = LiveRules::start(&configuration.rules_path(), configuration.settings.cluster.as_deref())?;
    let world = connect(&configuration).await?;
    let prices = configuration.prices();
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| invoke(&world, &rules, &prices, event))).await
}

async fn invoke(world: &RealWorld, rules: &LiveRules, prices: &Arc<PriceList>, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let LambdaEvent { payload, context } = event;
    let order = Order {
        cluster: rules.cluster(),
        prices: Arc::clone(prices),
        notices: read_notices(&payload),
        owner: format!("lambda/{}", context.request_id),
        deadline: deadline(&context),
        evaluate_now: false,
    };
    let report = tick_with_notices(world, &order).await;
    log(&report, rules);
    // The tick is over and committed: what is asked now delays nobody.
    world.metrics().prepare(Timestamp::now()).await;
    answer(&report, &order)
}

/// Lambda's deadline is the budget.
fn deadline(context: &Context) -> Timestamp {
    let milliseconds = i64::try_from(context.deadline).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(milliseconds)
        .unwrap_or_else(|_| Timestamp::now().saturating_add(SignedDuration::from_secs(10)).unwrap_or(Timestamp::MAX))
}

/// One line for each thing that happened.
fn log(report: &TickReport, rules: &LiveRules) {
    let cluster = rules.cluster();
    if let Some(decided) = &report.decided {
        tracing::info!(cluster = %report.cluster, decision = %decided.decision.headline(&cluster.timezone));
    }
    for remark in &report.remarks {
        tracing::info!(cluster = %report.cluster, remark = %remark.text);
    }
    for outcome in &report.outcomes {
        tracing::info!(cluster = %report.cluster, step = %crate::plan::outcome_in_words(outcome));
    }
    for line in &report.missing {
        tracing::warn!(cluster = %report.cluster, missing = %line);
    }
}

/// A tick that found the lease held has ended well, unless it brought notices that nobody has taken in now; that and a tick
/// without a ledger are errors that Lambda counts.
fn answer(report: &TickReport, order: &Order) -> Result<Value, Error> {
    let ended = match &report.ended {
        Ended::Committed => "committed",
        Ended::Held { by, .. } if !order.notices.is_empty() => return Err(format!("`{by}` held the lease: notices were not heard").into()),
        Ended::LostLease if !order.notices.is_empty() => return Err("the lease was lost: notices were not heard".into()),
        Ended::Held { .. } => "held",
        Ended::LostLease => "lost-lease",
        Ended::Stale { .. } => "stale",
        Ended::NoLedger { reason, .. } => return Err(reason.clone().into()),
    };
    Ok(json!({
        "cluster": report.cluster,
        "ended": ended,
        "action": report.decided.as_ref().map(|decided| decided.decision.action),
        "steps": report.outcomes.len(),
        "operations": report.operations.len(),
        "missing": report.missing,
    }))
}
