"""What a RunInstances request asks for, once its launch template is merged in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

from .errors import Ec2Error
from .templates import find_template, find_version

# Structures of which the request may override single members.
MERGED = ("Placement", "MetadataOptions")


@dataclass
class Order:
    image_id: str
    type: str
    market: str
    zone: str
    subnet_id: str
    data: dict[str, Any]
    tags: dict[str, dict[str, str]]
    version: Any | None

    def scope(self) -> dict[str, list[str]]:
        return {"market": [self.market], "type": [self.type], "zone": [self.zone], "subnet": [self.subnet_id]}


def read(backend: Any, region: str, params: dict[str, Any]) -> Order:
    version = None
    data: dict[str, Any] = {}
    if wanted := params.get("LaunchTemplate"):
        version = find_version(find_template(backend, wanted), wanted.get("Version"))
        data = dict(version.data)
    template = dict(data)
    for key, value in params.items():
        if key in MERGED and isinstance(data.get(key), dict):
            data[key] = data[key] | value
        elif value is not None:
            data[key] = value
    image_id = data.get("ImageId")
    if not image_id:
        raise Ec2Error("MissingParameter", "The request must contain the parameter ImageId")
    check_image(backend, image_id)
    zone, subnet_id = place(backend, data)
    kind = data.get("InstanceType") or "m1.small"
    check_type(region, kind, zone)
    options = data.get("InstanceMarketOptions") or {}
    market = options.get("MarketType") or ("spot" if options.get("SpotOptions") else "on-demand")
    return Order(image_id, kind, market, zone, subnet_id, data, tags_of(template, params), version)


def tags_of(template: dict[str, Any], params: dict[str, Any]) -> dict[str, dict[str, str]]:
    """By resource type. Where template and request name the same key, the request's value stands."""
    tags: dict[str, dict[str, str]] = {}
    for source in (template, params):
        for specification in source.get("TagSpecifications") or []:
            for tag in specification.get("Tags") or []:
                if tag["Key"].startswith("aws:"):
                    raise Ec2Error("InvalidParameterValue", f"Value ( {tag['Key']} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use")
                tags.setdefault(specification["ResourceType"], {})[tag["Key"]] = tag.get("Value", "")
    for wanted in tags.values():
        if len(wanted) > 50:
            raise Ec2Error("TagLimitExceeded", "More than 50 tags specified")
    return tags


def check_image(backend: Any, image_id: str) -> None:
    try:
        backend.describe_images(ami_ids=[image_id])
    except ServiceException as error:
        raise Ec2Error("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist") from error


def place(backend: Any, data: dict[str, Any]) -> tuple[str, str]:
    """The zone and the subnet."""
    interfaces = data.get("NetworkInterfaces") or []
    subnet_id = data.get("SubnetId")
    if interfaces and subnet_id:
        raise Ec2Error("InvalidParameterCombination", "Network interfaces and an instance-level subnet ID may not be specified on the same request")
    if interfaces and (data.get("SecurityGroupIds") or data.get("SecurityGroups")):
        raise Ec2Error("InvalidParameterCombination", "Network interfaces and an instance-level security groups may not be specified on the same request")
    subnet_id = subnet_id or next((nic["SubnetId"] for nic in interfaces if nic.get("SubnetId")), None)
    wanted_zone = (data.get("Placement") or {}).get("AvailabilityZone")
    if subnet_id:
        try:
            subnet = backend.get_subnet(subnet_id)
        except ServiceException as error:
            raise Ec2Error("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist") from error
        if wanted_zone and wanted_zone != subnet.availability_zone:
            raise Ec2Error("InvalidParameterValue", f"The availability zone '{wanted_zone}' does not match the subnet's availability zone '{subnet.availability_zone}'")
        return subnet.availability_zone, subnet.id
    defaults = backend.get_default_subnets()
    zone = wanted_zone or min(defaults, default=None)
    if zone not in defaults:
        raise Ec2Error("InvalidParameterValue", f"Invalid availability zone: [{zone}]")
    return zone, defaults[zone].id


def check_type(region: str, kind: str, zone: str) -> None:
    if not any(offer["InstanceType"] == kind for offer in INSTANCE_TYPE_OFFERINGS["region"].get(region, [])):
        raise Ec2Error("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")
    offers = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(region, [])
    zones = sorted(offer["Location"] for offer in offers if offer["InstanceType"] == kind)
    if zone not in zones:
        raise Ec2Error(
            "Unsupported",
            f"Your requested instance type ({kind}) is not supported in your requested Availability Zone ({zone}). "
            f"Please retry your request by not specifying an Availability Zone or choosing {', '.join(zones)}.",
        )
