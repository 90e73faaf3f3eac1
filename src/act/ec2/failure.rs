use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::aws::{Fault, FaultKind};
use crate::observe::Unseen;
use crate::plan::{Failure, FailureClass};

/// EC2's codes by what follows from them (EC2 API reference, "Error codes for the Amazon EC2 API"). What is not named here
/// is told by the code's form, then by its status.
const CODES: &[(FailureClass, &[&str])] = &[
    (
        FailureClass::Offering,
        &[
            "InsufficientAddressCapacity",
            "InsufficientCapacity",
            "InsufficientCapacityOnHost",
            "InsufficientHostCapacity",
            "InsufficientInstanceCapacity",
            "InsufficientReservedInstanceCapacity",
            "InsufficientVolumeCapacity",
            "ReservationCapacityExceeded",
            "SpotMaxPriceTooLow",
            "UnfulfillableCapacity",
            "Unsupported",
        ],
    ),
    (
        FailureClass::Market,
        &[
            "InstanceLimitExceeded",
            "MaxIOPSLimitExceeded",
            "MaxSpotInstanceCountExceeded",
            // The account is being looked at by AWS: minutes to hours, and no change of ours ends it.
            "PendingVerification",
            "ResourceCountExceeded",
            "VcpuLimitExceeded",
            "VolumeLimitExceeded",
        ],
    ),
    (FailureClass::Subnet, &["InsufficientCidrBlocks", "InsufficientFreeAddressesInSubnet"]),
    // A retry follows at once here: the resource is busy with another call.
    (FailureClass::Throttle, &["ConcurrentTagAccess", "ResourceBusy"]),
    (
        FailureClass::Unknown,
        &[
            "InternalError",
            "InternalFailure",
            "InternalServiceError",
            "RequestTimeout",
            "ServerInternal",
            "ServiceUnavailable",
            "Unavailable",
            // Nothing was done, and it mends itself: the next tick signs anew, with fresh credentials.
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "RequestTimeTooSkewed",
        ],
    ),
    (FailureClass::NotFound, &["IdempotentInstanceTerminated", "InvalidInstanceID", "InvalidInstanceID.NotFound"]),
    (FailureClass::Conflict, &["IdempotentParameterMismatch", "IncorrectInstanceState", "IncorrectState"]),
    // Termination protection.
    (FailureClass::Refused, &["OperationNotPermitted"]),
];

/// What follows from a failed call to EC2 (architecture.md, table under "Launch"). The code counts before the status: lack
/// of capacity comes as a 500 too.
pub fn classify(fault: &Fault) -> FailureClass {
    let code = fault.code.as_str();
    if fault.is_throttle() {
        return FailureClass::Throttle;
    }
    if let Some((class, _)) = CODES.iter().find(|(_, codes)| codes.contains(&code)) {
        return *class;
    }
    if code.starts_with("Insufficient") && code.ends_with("Capacity") {
        return FailureClass::Offering;
    }
    if code.ends_with("LimitExceeded") {
        return FailureClass::Market;
    }
    match fault.kind {
        FaultKind::Answered { status } if status < 500 => FailureClass::Configuration,
        FaultKind::Answered { .. } | FaultKind::Unanswered => FailureClass::Unknown,
        FaultKind::Unsent => FailureClass::Configuration,
    }
}

pub fn failure<E>(error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let fault = Fault::of(error);
    Failure { class: classify(&fault), code: fault.code, message: fault.message }
}

/// The configuration is wrong in a way that we see before EC2 does.
pub fn misconfigured(code: &str, message: String) -> Failure {
    Failure { class: FailureClass::Configuration, code: code.to_owned(), message }
}

/// Why the instances could not be listed, in one line.
pub fn unseen(reason: impl std::fmt::Display) -> Unseen {
    Unseen { reason: format!("instances cannot be listed from EC2: {reason}") }
}

#[cfg(test)]
mod tests {
    use crate::act::ec2::failure::{CODES, classify};
    use crate::aws::{Fault, FaultKind};
    use crate::plan::FailureClass::{self, Configuration, Conflict, Market, NotFound, Offering, Refused, Subnet, Throttle, Unknown};

    fn class(code: &str, kind: FaultKind) -> FailureClass {
        classify(&Fault { kind, code: code.to_owned(), message: String::new() })
    }

    #[test]
    fn every_code_has_the_class_that_the_design_gives_it() {
        let table: [(FailureClass, u16, &[&str]); 10] = [
            // EC2 answers lack of capacity with 500 and with 400.
            (Offering, 500, &["InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientNewThingCapacity"]),
            (Offering, 400, &["InsufficientInstanceCapacity", "UnfulfillableCapacity", "Unsupported", "SpotMaxPriceTooLow"]),
            (Market, 400, &["MaxSpotInstanceCountExceeded", "VcpuLimitExceeded", "InstanceLimitExceeded", "PendingVerification"]),
            (Subnet, 400, &["InsufficientFreeAddressesInSubnet"]),
            (Throttle, 503, &["RequestLimitExceeded", "Throttling", "ThrottlingException", "RequestThrottled", "Throttling.User"]),
            (Unknown, 500, &["InternalError", "ServiceUnavailable", "Unavailable", "HTTP 500", "SomethingNew"]),
            (
                Configuration,
                400,
                &[
                    "InvalidLaunchTemplateId.NotFound",
                    "InvalidLaunchTemplateName.NotFoundException",
                    "InvalidLaunchTemplateId.VersionNotFound",
                    "InvalidParameterValue",
                    "InvalidParameterCombination",
                    "UnauthorizedOperation",
                    "AuthFailure",
                    "InvalidAMIID.NotFound",
                    "InvalidAMIID.Unavailable",
                    "InvalidSubnetID.NotFound",
                    "InvalidGroup.NotFound",
                    "InvalidKeyPair.NotFound",
                    "MissingParameter",
                    "OptInRequired",
                    "UnsupportedOperation",
                    "SomethingNew",
                ],
            ),
            (NotFound, 400, &["InvalidInstanceID.NotFound", "IdempotentInstanceTerminated"]),
            (Conflict, 400, &["IdempotentParameterMismatch", "IncorrectInstanceState"]),
            (Refused, 400, &["OperationNotPermitted"]),
        ];
        for (expected, status, codes) in table {
            for code in codes {
                assert_eq!(class(code, FaultKind::Answered { status }), expected, "{code} with status {status}");
            }
        }
    }

    #[test]
    fn without_an_answer_the_outcome_is_unknown() {
        assert_eq!(class("Timeout", FaultKind::Unanswered), Unknown);
        assert_eq!(class("Unreachable", FaultKind::Unanswered), Unknown);
        assert_eq!(class("HTTP 502", FaultKind::Answered { status: 502 }), Unknown);
        assert_eq!(class("InvalidRequest", FaultKind::Unsent), Configuration);
    }

    #[test]
    fn no_code_stands_in_two_classes() {
        let mut codes: Vec<&str> = CODES.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        codes.sort_unstable();
        let all = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
