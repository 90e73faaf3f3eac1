use std::collections::BTreeMap;

use serde::Deserialize;

use crate::observe::prometheus::grid::Grid;
use crate::observe::{Absence, Answer, Sample};
use crate::rules::Number;

/// The envelope of Prometheus' HTTP API ("Format overview").
#[derive(Deserialize)]
pub struct Envelope {
    pub status: String,
    pub data: Option<Data>,
    #[serde(default)]
    pub error: String,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub enum Data {
    Vector(Vec<InstantSeries>),
    Matrix(Vec<RangeSeries>),
    Scalar(Pair),
    String(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
pub struct InstantSeries {
    metric: BTreeMap<String, String>,
    value: Option<Pair>,
}

#[derive(Deserialize)]
pub struct RangeSeries {
    metric: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<Pair>,
}

/// Seconds, and the value as text, which keeps every digit.
type Pair = (f64, String);

/// How many of several series are named: enough to see by which label they differ.
const NAMED: usize = 5;

/// One sample for each instant of the grid: the value, or why there is none.
pub fn read_samples<'a>(data: &'a Data, grid: &Grid, empty_is: Option<&Number>) -> Vec<Sample> {
    // By milliseconds, which is how finely Prometheus knows time.
    let mut found: BTreeMap<i64, Vec<(String, &str)>> = BTreeMap::new();
    let mut note = |name: String, pair: &'a Pair| {
        #[expect(clippy::cast_possible_truncation, reason = "instants of this century, in milliseconds, fit")]
        let milliseconds = (pair.0 * 1000.0).round() as i64;
        found.entry(milliseconds).or_default().push((name, pair.1.as_str()));
    };
    match data {
        Data::Vector(series) => {
            for one in series {
                one.value.iter().for_each(|pair| note(show_labels(&one.metric), pair));
            }
        }
        Data::Matrix(series) => {
            for one in series {
                let name = show_labels(&one.metric);
                one.values.iter().for_each(|pair| note(name.clone(), pair));
            }
        }
        Data::Scalar(pair) => note("the scalar".to_owned(), pair),
        Data::String(_) => return all_missing(grid, &Absence::Failed("the query yields a string, not a number".to_owned())),
    }
    grid.instants().map(|at| Sample { at, answer: read_answer(found.get(&at.as_millisecond()), empty_is) }).collect()
}

/// What the source answered at one instant.
fn read_answer(values: Option<&Vec<(String, &str)>>, empty_is: Option<&Number>) -> Answer {
    let or_empty = |absence| empty_is.map_or(Answer::Missing(absence), |value| Answer::Value(value.clone()));
    match values.map(Vec::as_slice) {
        None | Some([]) => or_empty(Absence::Empty),
        Some([(_, text)]) => match text.trim() {
            "NaN" => or_empty(Absence::NotANumber),
            "+Inf" | "-Inf" | "Inf" => Answer::Missing(Absence::Infinite),
            text => match text.parse() {
                Ok(value) => Answer::Value(value),
                Err(error) => Answer::Missing(Absence::Failed(error.to_string())),
            },
        },
        Some(several) => {
            let mut names: Vec<String> = several.iter().map(|(name, _)| name.clone()).collect();
            names.sort();
            if names.len() > NAMED {
                let more = names.len() - NAMED;
                names.truncate(NAMED);
                names.push(format!("and {more} more"));
            }
            Answer::Missing(Absence::Several(names))
        }
    }
}

fn show_labels(labels: &BTreeMap<String, String>) -> String {
    let name = labels.get("__name__").map_or("", String::as_str);
    let others: Vec<String> =
        labels.iter().filter(|(key, _)| key.as_str() != "__name__").map(|(key, value)| format!("{key}={value:?}")).collect();
    format!("{name}{{{}}}", others.join(", "))
}

/// Only the instant asked for, missing for this reason: of the others nothing is known.
pub fn all_missing(grid: &Grid, absence: &Absence) -> Vec<Sample> {
    vec![Sample { at: grid.end, answer: Answer::Missing(absence.clone()) }]
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use crate::observe::prometheus::answer::{Envelope, read_samples};
    use crate::observe::prometheus::grid::Grid;
    use crate::observe::{Absence, Answer};

    fn last(result: &str, empty_is: Option<i64>) -> Answer {
        let envelope: Envelope = serde_json::from_str(&format!(r#"{{"status":"success","data":{result}}}"#)).unwrap();
        let end = Timestamp::from_second(1000).unwrap();
        let grid = Grid { end, step: SignedDuration::from_secs(15), steps: 2 };
        let empty_is = empty_is.map(crate::rules::Number::integer);
        read_samples(&envelope.data.unwrap(), &grid, empty_is.as_ref()).pop().unwrap().answer
    }

    fn vector(value: &str) -> String {
        format!(r#"{{"resultType":"vector","result":[{{"metric":{{"job":"a"}},"value":[1000,"{value}"]}}]}}"#)
    }

    const EMPTY: &str = r#"{"resultType":"matrix","result":[]}"#;

    #[test]
    fn every_digit_is_kept() {
        assert_eq!(last(&vector("68.21428571428571"), None), Answer::Value("68.21428571428571".parse().unwrap()));
    }

    #[test]
    fn what_is_missing_says_why() {
        assert_eq!(last(&vector("NaN"), None), Answer::Missing(Absence::NotANumber));
        assert_eq!(last(&vector("+Inf"), Some(0)), Answer::Missing(Absence::Infinite));
        assert_eq!(last(EMPTY, None), Answer::Missing(Absence::Empty));
        let two = r#"{"resultType":"matrix","result":[
            {"metric":{"__name__":"up","pod":"b"},"values":[[985,"1"],[1000,"1"]]},
            {"metric":{"__name__":"up","pod":"a"},"values":[[1000,"2"]]}]}"#;
        let names = vec!["up{pod=\"a\"}".to_owned(), "up{pod=\"b\"}".to_owned()];
        assert_eq!(last(two, None), Answer::Missing(Absence::Several(names)));
    }

    #[test]
    fn empty_is_speaks_for_an_empty_result_and_for_nan() {
        let zero = Answer::Value(crate::rules::Number::ZERO);
        assert_eq!(last(EMPTY, Some(0)), zero);
        assert_eq!(last(&vector("NaN"), Some(0)), zero);
    }

    #[test]
    fn a_series_that_took_over_from_another_is_one_series() {
        let successor = r#"{"resultType":"matrix","result":[
            {"metric":{"pod":"old"},"values":[[970,"1"],[985,"1"]]},
            {"metric":{"pod":"new"},"values":[[1000,"2"]]}]}"#;
        assert_eq!(last(successor, None), Answer::Value(crate::rules::Number::integer(2)));
    }
}
