use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::cli::ask_arguments::{Question, WhyArguments};
use crate::cli::asked::{Asked, told};
use crate::cli::exit::Exit;
use crate::cli::moment::{self, Repeated, moment};
use crate::cli::output::{complain, painted, print};
use crate::cli::setting::in_runtime;
use crate::decide::{Account, Decision, WhyNot};
use crate::observe::Counts;
use crate::rules::Cluster;
use crate::runtime::answers::{self, Answer, NoAnswer, Replay};
use crate::runtime::{Access, Clock as _, SystemClock};

/// `smartscale why` and `smartscale why not RULE`.
pub fn why(arguments: &WhyArguments, colour: bool) -> Exit {
    in_runtime(async { explain(arguments, colour).await.unwrap_or(Exit::Failed) })
}

async fn explain(arguments: &WhyArguments, colour: bool) -> Option<Exit> {
    let asked = Asked::open(&arguments.ledger, arguments.rules.as_deref(), Access::Read).await?;
    let zone = told(asked.zone().await)?;
    let now = SystemClock.now();
    let at = match &arguments.at {
        None => Timestamp::MAX,
        Some(text) => moment(text, now, &zone, Repeated::Last).map_err(|error| complain(&error, Some(moment::HELP))).ok()?,
    };
    let answer = answers::why(&asked.ledger, &asked.cluster, at, asked.files.as_deref()).await;
    let answer = answer.map_err(|error: NoAnswer| complain(&error.to_string(), error.help())).ok()?;
    let about = match &arguments.question {
        None => None,
        Some(Question::Not { rule }) => Some(why_not(&answer, rule)?),
    };
    let zone = answer.rules.as_ref().map_or(zone, |rules| rules.timezone.clone());
    if arguments.json {
        print(&format!("{:#}\n", as_json(&asked.cluster, &answer, about.as_ref())));
    } else {
        let account = about.as_ref().map_or_else(|| answer.decided.decision.account(&zone), |about| about.account(&zone));
        let mut text = title(&asked.cluster, &answer, &zone);
        text.push_str(&painted(&account, colour));
        text.push_str(&ending(&answer, &zone, colour));
        print(&text);
    }
    // Another decision by the same input is a fault that scripts must see; other words are none.
    Some(if matches!(answer.replay, Replay::Differs { .. }) { Exit::Failed } else { Exit::Clean })
}

/// The rule's part of the answer, or what was meant instead.
fn why_not(answer: &Answer, rule: &str) -> Option<WhyNot> {
    let decision = &answer.decided.decision;
    let empty;
    let rules = match &answer.rules {
        Some(rules) => rules.as_ref(),
        None => {
            complain("the ledger no longer has the rules of that decision: a rule's windows are not told", None);
            empty = without_rules();
            empty.as_ref()?
        }
    };
    let found = decision.why_not(rule, rules);
    if found.is_none() {
        let names = decision.because.rules.iter().map(|reason| reason.rule.as_str());
        let nearest = names.min_by_key(|name| strsim::damerau_levenshtein(name, rule));
        let help = nearest.map(|nearest| format!("did you mean `{nearest}`?"));
        complain(&format!("no rule `{rule}` was in force at that decision"), help.as_deref());
    }
    found
}

/// Stands in for rules that are lost; what is recorded in the decision itself needs none.
fn without_rules() -> Option<Cluster> {
    let sources = crate::source::Sources::single("none", "cluster \"none\" { nodes 0..0 }");
    crate::runtime::check_sources(&sources, Vec::new()).ruleset?.clusters.pop()
}

fn title(cluster: &str, answer: &Answer, zone: &TimeZone) -> String {
    let at = answer.decided.decision.at.to_zoned(zone.clone());
    let mut lines = format!("{cluster} at {}, rules {}\n", at.strftime("%a %Y-%m-%d %H:%M:%S %Z"), answer.decided.ruleset);
    lines.push_str(&format!("{}\n", counts(&answer.decided.observed.counts)));
    lines
}

fn counts(counts: &Counts) -> String {
    let told = |count: Option<u32>, word: &str| match count {
        Some(0) => None,
        Some(count) => Some(format!("{count} {word}")),
        None => Some(format!("unknown {word}")),
    };
    let parts = [
        told(counts.ready, "ready"),
        told(counts.launching, "launching"),
        told(counts.unready, "unready"),
        told(counts.draining, "draining"),
        counts.pending_pods.and_then(|pods| told(Some(pods), "pods waiting")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "no workers".to_owned() } else { format!("workers: {}", parts.join(", ")) }
}

/// Whether it was decided the same again, and what the rules of today say.
fn ending(answer: &Answer, zone: &TimeZone, colour: bool) -> String {
    let mut lines = vec![match &answer.replay {
        Replay::Same => "replayed: the recorded rules, observations and memory give this decision again, byte for byte".to_owned(),
        Replay::OtherWords => "replayed: this version of smartscale decides the same and words it otherwise".to_owned(),
        Replay::Differs { decision } => format!("replayed: this version of smartscale DECIDES OTHERWISE: {}", decision.headline(zone)),
        Replay::RulesLost => {
            format!("not replayed: the ledger no longer has the rules {}", answer.decided.ruleset)
        }
    }];
    let mut account = None;
    if let Some(today) = &answer.today {
        match &today.decision {
            _ if today.unchanged => lines.push("the rules in the files are the same".to_owned()),
            None => lines.push(format!("the rules in the files have changed since: {}", today.ruleset)),
            Some(decision) => {
                lines.push(format!(
                    "the rules in the files have changed since ({}); upon the same observations they decide:",
                    today.ruleset
                ));
                account = Some(decision.account(zone));
            }
        }
        if !today.unobserved.is_empty() {
            lines.push(format!("not observed then, and so unknown: {}", today.unobserved.join(", ")));
        }
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("\n{text}{}", account.map_or_else(String::new, |account: Account| painted(&account, colour)))
}

fn as_json(cluster: &str, answer: &Answer, about: Option<&WhyNot>) -> Value {
    let decision: &Decision = &answer.decided.decision;
    json!({
        "version": 1,
        "cluster": cluster,
        "at": decision.at,
        "ruleset": answer.decided.ruleset,
        "decision": decision,
        "counts": answer.decided.observed.counts,
        "replay": answer.replay,
        "today": answer.today,
        "why_not": about,
    })
}
