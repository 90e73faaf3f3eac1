use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::observe::{Notice, NoticeKind};

/// A spot instance ends two minutes after its warning (EC2 User Guide, "Spot Instance interruption notices").
const SPOT_WARNING: SignedDuration = SignedDuration::from_mins(2);

/// Reads what AWS tells about an instance from an EventBridge event, or a record of them; anything else, such as the
/// schedule's own event, holds no notice.
#[must_use]
pub fn read_notices(event: &Value) -> Vec<Notice> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let told_at = text("/time").and_then(|time| time.parse::<Timestamp>().ok());
    let of_instance =
        |kind, ends_at| text("/detail/instance-id").map(|id| Notice { instance_id: id.to_owned(), kind, ends_at }).into_iter().collect();
    match text("/detail-type") {
        Some("EC2 Spot Instance Interruption Warning") => {
            let ends_at = told_at.and_then(|at| at.checked_add(SPOT_WARNING).ok());
            of_instance(NoticeKind::SpotInterruption, ends_at)
        }
        Some("EC2 Instance Rebalance Recommendation") => of_instance(NoticeKind::RebalanceRecommendation, None),
        Some("AWS Health Event") => scheduled_maintenance(event),
        _ => Vec::new(),
    }
}

/// AWS Health names the instances of a scheduled change (AWS Health User Guide, "Monitoring AWS Health events").
fn scheduled_maintenance(event: &Value) -> Vec<Notice> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    if text("/detail/service") != Some("EC2") || text("/detail/eventTypeCategory") != Some("scheduledChange") {
        return Vec::new();
    }
    let ends_at = text("/detail/startTime").and_then(read_health_time);
    let entities = event.pointer("/detail/affectedEntities").and_then(Value::as_array).into_iter().flatten();
    entities
        .filter_map(|entity| entity.get("entityValue").and_then(Value::as_str))
        .filter(|value| value.starts_with("i-"))
        .map(|id| Notice { instance_id: id.to_owned(), kind: NoticeKind::ScheduledMaintenance, ends_at })
        .collect()
}

/// `Sat, 05 Jun 2021 15:10:09 GMT`, or RFC 3339.
fn read_health_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::observe::NoticeKind;
    use crate::runtime::notices::read_notices;

    #[test]
    fn a_spot_warning_names_the_instance_and_its_end() {
        let event = json!({
            "version": "0", "detail-type": "EC2 Spot Instance Interruption Warning", "source": "aws.ec2",
            "time": "2026-11-25T12:00:00Z", "detail": { "instance-id": "i-0abc", "instance-action": "terminate" },
        });
        let notices = read_notices(&event);
        assert_eq!(notices.len(), 1);
        assert_eq!((notices[0].instance_id.as_str(), notices[0].kind), ("i-0abc", NoticeKind::SpotInterruption));
        assert_eq!(notices[0].ends_at, Some("2026-11-25T12:02:00Z".parse().unwrap()));
    }

    #[test]
    fn scheduled_maintenance_names_every_instance() {
        let event = json!({
            "detail-type": "AWS Health Event", "source": "aws.health",
            "detail": {
                "service": "EC2", "eventTypeCategory": "scheduledChange", "startTime": "Sat, 05 Dec 2026 15:10:09 GMT",
                "affectedEntities": [{ "entityValue": "i-1" }, { "entityValue": "vol-1" }, { "entityValue": "i-2" }],
            },
        });
        let ids: Vec<String> = read_notices(&event).into_iter().map(|notice| notice.instance_id).collect();
        assert_eq!(ids, ["i-1", "i-2"]);
        assert_eq!(read_notices(&event)[0].ends_at, Some("2026-12-05T15:10:09Z".parse().unwrap()));
    }

    #[test]
    fn anything_else_holds_no_notice() {
        for event in [json!({}), json!(null), json!({ "detail-type": "Scheduled Event" }), json!({ "detail-type": 3, "detail": [] })] {
            assert!(read_notices(&event).is_empty(), "{event}");
        }
    }
}
