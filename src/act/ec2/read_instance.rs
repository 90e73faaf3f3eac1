use std::collections::BTreeMap;

use aws_sdk_ec2::types;
use jiff::Timestamp;

use crate::observe::{Instance, InstanceState, Market};

/// Reads what EC2 says of an instance.
///
/// # Errors
/// One line, where EC2 leaves out what every instance has: nothing is to be concluded from such an answer.
pub fn read_instance(seen: &types::Instance) -> Result<Instance, String> {
    let id = seen.instance_id().ok_or("an instance without an id")?;
    let lacking = |what: &str| format!("instance `{id}` without {what}");
    let state = seen.state().and_then(types::InstanceState::name).ok_or_else(|| lacking("a state"))?;
    let zone = seen.placement().and_then(types::Placement::availability_zone).ok_or_else(|| lacking("a zone"))?;
    let launched_at = seen.launch_time().ok_or_else(|| lacking("a launch time"))?;
    let launched_at = Timestamp::new(launched_at.secs(), launched_at.subsec_nanos().try_into().unwrap_or_default())
        .map_err(|error| format!("instance `{id}` with an impossible launch time: {error}"))?;
    Ok(Instance {
        id: id.to_owned(),
        state: read_state(state).ok_or_else(|| format!("instance `{id}` in the unknown state `{}`", state.as_str()))?,
        instance_type: seen.instance_type().ok_or_else(|| lacking("a type"))?.as_str().to_owned(),
        zone: zone.to_owned(),
        market: match seen.instance_lifecycle() {
            Some(types::InstanceLifecycleType::Spot) => Market::Spot,
            _ => Market::OnDemand,
        },
        launched_at,
        client_token: seen.client_token().filter(|token| !token.is_empty()).map(str::to_owned),
        private_dns_name: seen.private_dns_name().filter(|name| !name.is_empty()).map(str::to_owned),
        tags: read_tags(seen.tags()),
    })
}

fn read_state(state: &types::InstanceStateName) -> Option<InstanceState> {
    Some(match state {
        types::InstanceStateName::Pending => InstanceState::Pending,
        types::InstanceStateName::Running => InstanceState::Running,
        types::InstanceStateName::ShuttingDown => InstanceState::ShuttingDown,
        types::InstanceStateName::Terminated => InstanceState::Terminated,
        types::InstanceStateName::Stopping => InstanceState::Stopping,
        types::InstanceStateName::Stopped => InstanceState::Stopped,
        _ => return None,
    })
}

fn read_tags(tags: &[types::Tag]) -> BTreeMap<String, String> {
    tags.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::primitives::DateTime;
    use aws_sdk_ec2::types;

    use crate::act::ec2::read_instance::read_instance;
    use crate::observe::{InstanceState, Market};

    fn seen() -> types::builders::InstanceBuilder {
        types::Instance::builder()
            .instance_id("i-1")
            .state(types::InstanceState::builder().name(types::InstanceStateName::Running).build())
            .instance_type(types::InstanceType::M5Large)
            .placement(types::Placement::builder().availability_zone("eu-west-1a").build())
            .launch_time(DateTime::from_secs(1_800_000_000))
    }

    #[test]
    fn a_spot_instance_says_so_and_others_are_on_demand() {
        let spot = read_instance(&seen().instance_lifecycle(types::InstanceLifecycleType::Spot).build()).unwrap();
        assert_eq!((spot.market, spot.state, spot.zone.as_str()), (Market::Spot, InstanceState::Running, "eu-west-1a"));
        let plain = read_instance(&seen().client_token("").build()).unwrap();
        assert_eq!((plain.market, plain.client_token), (Market::OnDemand, None));
    }

    #[test]
    fn an_answer_that_lacks_something_is_an_error_that_names_it() {
        let lacking = seen().set_placement(None).build();
        assert_eq!(read_instance(&lacking).unwrap_err(), "instance `i-1` without a zone");
        let odd = types::InstanceState::builder().name(types::InstanceStateName::from("hibernating")).build();
        assert_eq!(read_instance(&seen().state(odd).build()).unwrap_err(), "instance `i-1` in the unknown state `hibernating`");
    }
}
