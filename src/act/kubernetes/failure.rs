use std::error::Error;

use crate::observe::Unseen;
use crate::plan::{Failure, FailureClass};

/// Classifies what the API server answered to anything but an eviction.
pub fn classify(error: &kube::Error) -> Failure {
    let kube::Error::Api(status) = error else {
        return Failure { class: FailureClass::Unknown, code: "no answer".to_owned(), message: innermost(error) };
    };
    let class = match status.code {
        401 | 403 => FailureClass::Configuration,
        404 | 410 => FailureClass::NotFound,
        // An update of another UID or of an older version: the object is not what the step expected.
        409 | 412 | 422 => FailureClass::Conflict,
        429 => FailureClass::Throttle,
        _ => FailureClass::Unknown,
    };
    Failure { class, code: code(status), message: status.message.clone() }
}

/// Classifies what the API server answered to an eviction.
pub fn classify_eviction(error: &kube::Error) -> Failure {
    let failure = classify(error);
    let kube::Error::Api(status) = error else { return failure };
    let class = match status.code {
        // From a budget, and also while the disruption controller has not seen the newest pods: a wait in both cases.
        429 => FailureClass::Budget,
        // The API server refuses a pod under two budgets with a 500: it will not change by itself.
        500 if status.message.contains("more than one PodDisruptionBudget") => FailureClass::Refused,
        _ => failure.class,
    };
    Failure { class, ..failure }
}

/// Why a list could not be read, in one line. A server that does not answer is one reason, whatever was asked.
pub fn unseen(what: &str, address: &str, error: &kube::Error) -> Unseen {
    let failure = classify(error);
    let reason = match error {
        kube::Error::Api(_) => format!("{what} cannot be read from the Kubernetes API at {address}: {failure}"),
        _ => format!("the Kubernetes API at {address} cannot be reached: {}", failure.message),
    };
    Unseen { reason }
}

fn code(status: &kube::core::Status) -> String {
    if status.reason.is_empty() { status.code.to_string() } else { format!("{} {}", status.code, status.reason) }
}

/// The innermost causes, such as "tcp connect error: Connection refused": what stands around them are the clients' layers, each of which
/// repeats the next.
fn innermost(error: &kube::Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(inner) = cause {
        let words = inner.to_string();
        // A layer that repeats its cause adds nothing.
        causes.iter_mut().for_each(|outer| {
            if let Some(own) = outer.strip_suffix(&words) {
                *outer = own.trim_end_matches([':', ' ']).to_owned();
            }
        });
        causes.push(words);
        cause = inner.source();
    }
    causes.retain(|words| !words.is_empty());
    causes.split_off(causes.len().saturating_sub(2)).join(": ")
}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use crate::act::kubernetes::failure::{classify, classify_eviction};
    use crate::plan::FailureClass;

    fn answer(code: u16, message: &str) -> kube::Error {
        kube::Error::Api(Box::new(Status { code, message: message.to_owned(), ..Status::default() }))
    }

    #[test]
    fn answers_to_an_eviction_are_told_apart() {
        let cases = [
            (429, "Cannot evict pod as it would violate the pod's disruption budget.", FailureClass::Budget),
            (
                500,
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                FailureClass::Refused,
            ),
            (500, "etcdserver: request timed out", FailureClass::Unknown),
            (404, "pods \"a\" not found", FailureClass::NotFound),
            (409, "the UID in the precondition does not match", FailureClass::Conflict),
            (403, "forbidden", FailureClass::Configuration),
        ];
        for (code, message, class) in cases {
            assert_eq!(classify_eviction(&answer(code, message)).class, class, "{code} {message}");
        }
    }

    #[test]
    fn a_throttled_update_is_no_budget() {
        assert_eq!(classify(&answer(429, "too many requests")).class, FailureClass::Throttle);
    }
}
