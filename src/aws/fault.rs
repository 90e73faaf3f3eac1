use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// An encoded authorization message or a stack trace helps nobody in a ledger.
const LONGEST_MESSAGE: usize = 400;

/// What went wrong with one call to AWS, in one line and without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// The service's code; where it gave none, `HTTP 500`, `Timeout` or `Unreachable`.
    pub code: String,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The service answered with an error and this HTTP status.
    Answered { status: u16 },
    /// No answer, or none that can be read: the call may have had its effect.
    Unanswered,
    /// Never sent.
    Unsent,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl Fault {
    #[must_use]
    pub fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                let code = answer.err().code().map_or_else(|| format!("HTTP {status}"), str::to_owned);
                let message = answer.err().message().map_or_else(|| "no message".to_owned(), one_line);
                Self { kind: FaultKind::Answered { status }, code, message }
            }
            SdkError::ConstructionFailure(_) => Self::without_answer(FaultKind::Unsent, "InvalidRequest", error),
            SdkError::TimeoutError(_) => Self::without_answer(FaultKind::Unanswered, "Timeout", error),
            SdkError::ResponseError(answer) => {
                let code = format!("HTTP {}", answer.raw().status().as_u16());
                Self::without_answer(FaultKind::Unanswered, &code, error)
            }
            SdkError::DispatchFailure(failure) => {
                let code = if failure.is_timeout() { "Timeout" } else { "Unreachable" };
                Self::without_answer(FaultKind::Unanswered, code, error)
            }
            _ => Self::without_answer(FaultKind::Unanswered, "Unreachable", error),
        }
    }

    fn without_answer(kind: FaultKind, code: &str, error: &(dyn Error + 'static)) -> Self {
        Self { kind, code: code.to_owned(), message: one_line(&causes(error)) }
    }

    /// The service, or somebody before it, asks for fewer calls; nothing was done.
    #[must_use]
    pub fn is_throttle(&self) -> bool {
        const CODES: [&str; 11] = [
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "Throttled",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        ];
        CODES.contains(&self.code.as_str()) || self.code.starts_with("Throttling.") || self.kind == (FaultKind::Answered { status: 429 })
    }

    /// The role or user may not do it, or is not known at all.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        const CODES: [&str; 12] = [
            "AccessDenied",
            "AccessDeniedException",
            "AuthFailure",
            "AuthorizationError",
            "AuthorizationErrorException",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "MissingAuthenticationToken",
            "NotAuthorized",
            "SignatureDoesNotMatch",
            "UnauthorizedOperation",
            "UnrecognizedClientException",
        ];
        CODES.contains(&self.code.as_str())
    }
}

/// An error with what caused it, from the outside in, each said once.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let said = error.to_string();
        if !words.iter().any(|word| word.contains(&said)) {
            words.push(said);
        }
        next = error.source();
    }
    words.join(": ")
}

fn one_line(message: &str) -> String {
    let message = message.split("Encoded authorization failure message:").next().unwrap_or(message);
    let mut line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > LONGEST_MESSAGE {
        line = line.chars().take(LONGEST_MESSAGE).collect();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultKind, causes, one_line};

    #[derive(Debug, thiserror::Error)]
    #[error("dispatch failure")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("connection refused")]
    struct Inner;

    #[test]
    fn names_the_causes_from_the_outside_in() {
        assert_eq!(causes(&Outer(Inner)), "dispatch failure: connection refused");
    }

    #[test]
    fn a_message_is_one_line_without_the_encoded_blob() {
        let message = "You are not authorized\n to perform this operation. Encoded authorization failure message: abcDEF";
        assert_eq!(one_line(message), "You are not authorized to perform this operation.");
        assert_eq!(one_line(&"ä".repeat(500)).chars().count(), 401);
    }

    #[test]
    fn a_throttle_is_told_by_its_code_or_its_status() {
        let fault = |code: &str, status| Fault { kind: FaultKind::Answered { status }, code: code.to_owned(), message: String::new() };
        assert!(fault("RequestLimitExceeded", 503).is_throttle());
        assert!(fault("Throttling.User", 400).is_throttle());
        assert!(fault("HTTP 429", 429).is_throttle());
        assert!(!fault("InternalError", 500).is_throttle());
    }
}
