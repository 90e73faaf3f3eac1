use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{EventCode, Filter, InstanceStatus, SpotInstanceRequest};
use jiff::{SignedDuration, Timestamp};

use crate::act::ec2::failure::failure;
use crate::observe::{Notice, NoticeKind, Seen, Unseen};
use crate::plan::Failure;

/// A spot instance ends two minutes after it was marked (EC2 User Guide, "Spot Instance interruption notices").
const SPOT_WARNING: SignedDuration = SignedDuration::from_mins(2);
/// The state of a spot request whose instance is about to be taken back (EC2 User Guide, "Spot request status codes").
const MARKED: &str = "marked-for-termination";
/// Scheduled events, by the names that the filter knows.
const EVENTS: [&str; 5] = ["instance-reboot", "system-reboot", "system-maintenance", "instance-retirement", "instance-stop"];

/// Spot interruptions and scheduled events, as EC2's own lists show them. A rebalance recommendation stands in none.
pub async fn notices(client: &Client) -> Seen<Vec<Notice>> {
    let (spot, events) = tokio::join!(spot_interruptions(client), scheduled_events(client));
    let unseen = |failure: Failure| Unseen { reason: format!("EC2 does not tell which instances are about to end: {failure}") };
    let mut notices = spot.map_err(unseen)?;
    notices.extend(events.map_err(unseen)?);
    notices.sort();
    Ok(notices)
}

async fn spot_interruptions(client: &Client) -> Result<Vec<Notice>, Failure> {
    let marked = Filter::builder().name("status-code").values(MARKED).build();
    let mut pages = client.describe_spot_instance_requests().filters(marked).into_paginator().page_size(1_000).send();
    let mut notices = Vec::new();
    while let Some(page) = pages.next().await {
        notices.extend(page.map_err(|error| failure(&error))?.spot_instance_requests().iter().filter_map(read_request));
    }
    Ok(notices)
}

fn read_request(request: &SpotInstanceRequest) -> Option<Notice> {
    let marked_at = request.status().and_then(|status| status.update_time()).and_then(read_time);
    let ends_at = marked_at.and_then(|at| at.checked_add(SPOT_WARNING).ok());
    Some(Notice { instance_id: request.instance_id()?.to_owned(), kind: NoticeKind::SpotInterruption, ends_at })
}

async fn scheduled_events(client: &Client) -> Result<Vec<Notice>, Failure> {
    let any = Filter::builder().name("event.code").set_values(Some(EVENTS.map(str::to_owned).into())).build();
    let mut pages = client.describe_instance_status().filters(any).into_paginator().page_size(1_000).send();
    let mut notices = Vec::new();
    while let Some(page) = pages.next().await {
        notices.extend(page.map_err(|error| failure(&error))?.instance_statuses().iter().filter_map(read_status));
    }
    Ok(notices)
}

/// The first of an instance's events that is still to come.
fn read_status(status: &InstanceStatus) -> Option<Notice> {
    let known = |code: &EventCode| EVENTS.contains(&code.as_str());
    let to_come = status.events().iter().filter(|event| event.code().is_some_and(known)).filter(|event| {
        // What is over stays in the list for a week, marked so (EC2 User Guide, "Scheduled events for your instances").
        !event.description().is_some_and(|text| text.starts_with("[Completed]") || text.starts_with("[Canceled]"))
    });
    let ends_at = to_come.map(|event| event.not_before().and_then(read_time)).min()?;
    Some(Notice { instance_id: status.instance_id()?.to_owned(), kind: NoticeKind::ScheduledMaintenance, ends_at })
}

fn read_time(time: &aws_sdk_ec2::primitives::DateTime) -> Option<Timestamp> {
    Timestamp::from_second(time.secs()).ok()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::primitives::DateTime;
    use aws_sdk_ec2::types::{EventCode, InstanceStatus, InstanceStatusEvent};

    use crate::act::ec2::notices::read_status;

    #[test]
    fn what_is_over_is_no_notice_and_the_next_event_counts() {
        let event = |text: &str, at| {
            InstanceStatusEvent::builder().code(EventCode::InstanceRetirement).description(text).not_before(DateTime::from_secs(at)).build()
        };
        let of = |events| InstanceStatus::builder().instance_id("i-1").set_events(Some(events)).build();
        assert_eq!(read_status(&of(vec![event("[Completed] retired", 1)])), None);
        let notice = read_status(&of(vec![event("later", 300), event("[Canceled] x", 1), event("soon", 200)])).unwrap();
        assert_eq!(notice.ends_at.unwrap().as_second(), 200);
    }
}
