use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::observe::Market;
use crate::plan::{Offering, Operation, OperationId};

/// The ClientToken of one RunInstances call: hash(cluster, operation, offering, attempt), 64 ASCII characters, the most that
/// EC2 takes. The same four give the same token, so that a call whose outcome is unknown can be made again.
#[must_use]
pub fn token(cluster: &str, operation: &OperationId, offering: &Offering, attempt: u32) -> String {
    let market = match offering.market {
        Market::OnDemand => "on-demand",
        Market::Spot => "spot",
    };
    let instance_type = offering.instance_type.as_deref().unwrap_or_default();
    let attempt = attempt.to_string();
    let mut hash = Sha256::new();
    for part in [cluster, &operation.0, market, instance_type, &offering.zone, &offering.subnet, &attempt] {
        // Lengths keep the parts apart: no two different lists of parts read alike.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An id that no other operation has: the instant, the fence of the tick that began it, and a number apart within it.
#[must_use]
pub(crate) fn fresh_id(kind: char, now: Timestamp, fence: u64, operations: &[Operation]) -> OperationId {
    let stem = format!("{kind}-{}-{}", base36(now.as_millisecond().unsigned_abs()), base36(fence));
    let taken = |id: &OperationId| operations.iter().any(|operation| operation.id() == id);
    (0_u64..).map(|number| OperationId(format!("{stem}-{}", base36(number)))).find(|id| !taken(id)).unwrap_or(OperationId(stem))
}

fn base36(mut value: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((value % 36) as u32, 36).unwrap_or('0'));
        value /= 36;
        if value == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use crate::observe::Market;
    use crate::plan::token::{base36, fresh_id, token};
    use crate::plan::{Offering, OperationId};

    fn offering(zone: &str) -> Offering {
        Offering { market: Market::Spot, instance_type: Some("t3.small".into()), zone: zone.into(), subnet: "subnet-1".into() }
    }

    #[test]
    fn an_id_tells_the_fence_that_it_was_begun_under() {
        let now = "2026-11-25T12:00:00Z".parse().unwrap();
        for fence in [0, 35, 36, u64::MAX] {
            assert_eq!(fresh_id('r', now, fence, &[]).fence(), Some(fence));
        }
        assert_eq!(OperationId("somebody-elses".into()).fence(), None);
    }

    #[test]
    fn a_token_is_its_four_parts_and_fits_ec2() {
        let operation = OperationId("l-1-1-0".into());
        let first = token("prod", &operation, &offering("1a"), 0);
        assert_eq!(first.len(), 64);
        assert!(first.is_ascii());
        assert_eq!(first, token("prod", &operation, &offering("1a"), 0));
        let others = [
            token("prod2", &operation, &offering("1a"), 0),
            token("prod", &OperationId("l-1-1-1".into()), &offering("1a"), 0),
            token("prod", &operation, &offering("1b"), 0),
            token("prod", &operation, &offering("1a"), 1),
        ];
        assert!(!others.contains(&first));
    }

    #[test]
    fn ids_are_apart_and_fit_a_label() {
        let now = "2026-11-25T12:00:00Z".parse().unwrap();
        assert_eq!(base36(0), "0");
        assert_eq!(base36(36 * 36 + 35), "10z");
        let longest = fresh_id('l', jiff::Timestamp::MAX, u64::MAX, &[]);
        assert!(longest.0.len() <= 40, "{longest}");
        assert_ne!(fresh_id('l', now, 1, &[]), fresh_id('l', now, 2, &[]));
    }
}
