use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    InstanceNetworkInterfaceSpecification, LaunchTemplateInstanceNetworkInterfaceSpecification, LaunchTemplateVersion,
    ResponseLaunchTemplateData,
};

use crate::act::ec2::failure::{failure, misconfigured};
use crate::plan::{Failure, Subnet};

/// One version of a launch template: it never changes.
#[derive(Clone, Debug)]
pub struct TemplateVersion {
    pub id: String,
    pub number: u64,
    pub instance_type: Option<String>,
    /// Its network interfaces. EC2 takes a subnet beside a template only if the template has none; else the call has to
    /// repeat them, each with the subnet in it.
    pub interfaces: Vec<InstanceNetworkInterfaceSpecification>,
}

/// Which version: EC2's `$Default`, or a number.
pub const DEFAULT: &str = "$Default";

/// Looks up one version of a template that is named by id (`lt-…`) or by name.
pub async fn find_version(client: &Client, template: &str, version: &str) -> Result<TemplateVersion, Failure> {
    let asked = client.describe_launch_template_versions().versions(version);
    let asked = if template.starts_with("lt-") { asked.launch_template_id(template) } else { asked.launch_template_name(template) };
    let answer = asked.send().await.map_err(|error| failure(&error))?;
    let found = answer.launch_template_versions().first().ok_or_else(|| {
        misconfigured("InvalidLaunchTemplateId.VersionNotFound", format!("launch template `{template}` has no version `{version}`"))
    })?;
    read_version(template, found)
}

fn read_version(template: &str, version: &LaunchTemplateVersion) -> Result<TemplateVersion, Failure> {
    let id = version.launch_template_id().ok_or_else(|| unusable(template, "without an id"))?;
    let number = version.version_number().and_then(|number| u64::try_from(number).ok());
    let number = number.ok_or_else(|| unusable(template, "without a version number"))?;
    let data = version.launch_template_data();
    let interfaces = data.map_or(&[][..], ResponseLaunchTemplateData::network_interfaces);
    if data.is_some_and(|data| data.instance_market_options().is_some()) {
        let spot = "asks for a market of its own, and no call can take that back: remove it, `spot` in `capacity` chooses the market";
        return Err(unusable(template, spot));
    }
    Ok(TemplateVersion {
        id: id.to_owned(),
        number,
        instance_type: data.and_then(ResponseLaunchTemplateData::instance_type).map(|name| name.as_str().to_owned()),
        interfaces: interfaces.iter().map(|interface| repeat(template, interface)).collect::<Result<_, _>>()?,
    })
}

/// The same interface for a call. Its subnet is left open.
fn repeat(
    template: &str,
    interface: &LaunchTemplateInstanceNetworkInterfaceSpecification,
) -> Result<InstanceNetworkInterfaceSpecification, Failure> {
    if interface.network_interface_id().is_some() || interface.private_ip_address().is_some() {
        return Err(unusable(template, "names one network interface or address, which a single instance can have"));
    }
    Ok(InstanceNetworkInterfaceSpecification::builder()
        .set_associate_carrier_ip_address(interface.associate_carrier_ip_address())
        .set_associate_public_ip_address(interface.associate_public_ip_address())
        .set_delete_on_termination(interface.delete_on_termination())
        .set_description(interface.description().map(str::to_owned))
        .device_index(interface.device_index().unwrap_or_default())
        .set_groups(Some(interface.groups().to_vec()).filter(|groups| !groups.is_empty()))
        .set_interface_type(interface.interface_type().map(str::to_owned))
        .set_ipv6_address_count(interface.ipv6_address_count())
        .set_ipv4_prefix_count(interface.ipv4_prefix_count())
        .set_ipv6_prefix_count(interface.ipv6_prefix_count())
        .set_network_card_index(interface.network_card_index())
        .set_primary_ipv6(interface.primary_ipv6())
        .set_secondary_private_ip_address_count(interface.secondary_private_ip_address_count())
        .build())
}

fn unusable(template: &str, why: &str) -> Failure {
    misconfigured("UnusableLaunchTemplate", format!("launch template `{template}` {why}"))
}

/// The zones of the subnets that may be used, in order of zone.
pub async fn find_subnets(client: &Client, ids: &[String]) -> Result<Vec<Subnet>, Failure> {
    let answer = client.describe_subnets().set_subnet_ids(Some(ids.to_vec())).send().await.map_err(|error| failure(&error))?;
    let mut subnets: Vec<Subnet> = answer
        .subnets()
        .iter()
        .filter_map(|subnet| Some(Subnet { zone: subnet.availability_zone()?.to_owned(), id: subnet.subnet_id()?.to_owned() }))
        .collect();
    if let Some(missing) = ids.iter().find(|id| !subnets.iter().any(|subnet| subnet.id == **id)) {
        return Err(misconfigured("InvalidSubnetID.NotFound", format!("the subnet `{missing}` does not exist or has no zone")));
    }
    subnets.sort();
    Ok(subnets)
}
