use aws_sdk_ec2::operation::run_instances::RunInstancesInput;
use aws_sdk_ec2::operation::run_instances::builders::RunInstancesInputBuilder;
use aws_sdk_ec2::types::{
    InstanceInterruptionBehavior, InstanceMarketOptionsRequest, InstanceType, LaunchTemplateSpecification, MarketType, ResourceType,
    SpotInstanceType, SpotMarketOptions, Tag, TagSpecification,
};

use crate::act::ec2::launch_template::TemplateVersion;
use crate::observe::Market;
use crate::plan::RunInstances;

/// The call that a step stands for. Everything in it comes from the step and from a numbered version, so that a replay is
/// the same call: EC2 refuses a token that comes back with other parameters.
pub fn run_instances(step: &RunInstances, template: &TemplateVersion) -> RunInstancesInputBuilder {
    let count = i32::try_from(step.count).unwrap_or(i32::MAX);
    let by_template = LaunchTemplateSpecification::builder().launch_template_id(&template.id).version(template.number.to_string()).build();
    let input = RunInstancesInput::builder()
        .client_token(&step.token)
        .launch_template(by_template)
        .min_count(1)
        .max_count(count)
        .set_instance_type(step.offering.instance_type.as_deref().map(InstanceType::from))
        .set_instance_market_options(market_options(step))
        .set_tag_specifications(tags(step));
    if template.interfaces.is_empty() {
        return input.subnet_id(&step.offering.subnet);
    }
    let interfaces = template.interfaces.iter().cloned().map(|mut interface| {
        interface.subnet_id = Some(step.offering.subnet.clone());
        interface
    });
    input.set_network_interfaces(Some(interfaces.collect()))
}

/// One-time and ended on interruption: a request that persists would bring nodes that nobody decided on.
fn market_options(step: &RunInstances) -> Option<InstanceMarketOptionsRequest> {
    let Market::Spot = step.offering.market else { return None };
    let spot = SpotMarketOptions::builder()
        .spot_instance_type(SpotInstanceType::OneTime)
        .instance_interruption_behavior(InstanceInterruptionBehavior::Terminate)
        .set_max_price(step.max_price.as_ref().map(|price| price.to_f64().to_string()))
        .build();
    Some(InstanceMarketOptionsRequest::builder().market_type(MarketType::Spot).spot_options(spot).build())
}

fn tags(step: &RunInstances) -> Option<Vec<TagSpecification>> {
    if step.tags.is_empty() {
        return None;
    }
    let tags: Vec<Tag> = step.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let of = |resource| TagSpecification::builder().resource_type(resource).set_tags(Some(tags.clone())).build();
    Some(vec![of(ResourceType::Instance), of(ResourceType::Volume)])
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{InstanceNetworkInterfaceSpecification, MarketType, ResourceType};

    use crate::act::ec2::launch_template::TemplateVersion;
    use crate::act::ec2::request::run_instances;
    use crate::observe::Market;
    use crate::plan::{Offering, OperationId, RunInstances};
    use crate::rules::Number;

    fn step(market: Market) -> RunInstances {
        RunInstances {
            operation: OperationId("l-1".to_owned()),
            attempt: 0,
            offering: Offering {
                market,
                instance_type: Some("m5.large".to_owned()),
                zone: "eu-west-1a".to_owned(),
                subnet: "subnet-a".to_owned(),
            },
            template_version: 7,
            count: 3,
            token: "token".to_owned(),
            max_price: Number::fraction(5, 100),
            tags: [("smartscale.dev/cluster".to_owned(), "prod".to_owned())].into(),
        }
    }

    fn template() -> TemplateVersion {
        TemplateVersion { id: "lt-1".to_owned(), number: 7, instance_type: None, interfaces: Vec::new() }
    }

    #[test]
    fn a_spot_call_is_one_time_and_names_its_price() {
        let input = run_instances(&step(Market::Spot), &template()).build().unwrap();
        let options = input.instance_market_options().unwrap();
        assert_eq!(options.market_type(), Some(&MarketType::Spot));
        assert_eq!(options.spot_options().unwrap().max_price(), Some("0.05"));
        assert_eq!((input.min_count(), input.max_count(), input.subnet_id()), (Some(1), Some(3), Some("subnet-a")));
        assert_eq!(input.launch_template().unwrap().version(), Some("7"));
    }

    #[test]
    fn an_on_demand_call_has_no_market_options() {
        assert_eq!(run_instances(&step(Market::OnDemand), &template()).build().unwrap().instance_market_options(), None);
    }

    #[test]
    fn instances_and_volumes_are_tagged_by_the_call_itself() {
        let input = run_instances(&step(Market::OnDemand), &template()).build().unwrap();
        let tagged: Vec<_> = input.tag_specifications().iter().map(|tags| tags.resource_type().unwrap().clone()).collect();
        assert_eq!(tagged, [ResourceType::Instance, ResourceType::Volume]);
    }

    #[test]
    fn a_template_with_interfaces_gets_the_subnet_in_them() {
        let interface = InstanceNetworkInterfaceSpecification::builder().device_index(0).groups("sg-1").build();
        let template = TemplateVersion { interfaces: vec![interface], ..template() };
        let input = run_instances(&step(Market::OnDemand), &template).build().unwrap();
        assert_eq!(input.subnet_id(), None);
        let interfaces = input.network_interfaces();
        assert_eq!((interfaces[0].subnet_id(), interfaces[0].groups()), (Some("subnet-a"), &["sg-1".to_owned()][..]));
    }
}
