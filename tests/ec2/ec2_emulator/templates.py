"""Launch templates and their numbered versions, which moto takes without much checking."""

from __future__ import annotations

from typing import Any

from .errors import Ec2Error
from .filters import matcher, page

VERSION_FILTERS = {
    "image-id": lambda version: [version.data.get("ImageId", "")],
    "instance-type": lambda version: [version.data.get("InstanceType", "")],
    "is-default-version": lambda version: [str(version.template.is_default(version)).lower()],
}


def find_template(backend: Any, wanted: dict[str, Any]) -> Any:
    by_id, by_name = wanted.get("LaunchTemplateId"), wanted.get("LaunchTemplateName")
    if by_id and by_name:
        raise Ec2Error("InvalidParameterCombination", "Specify either launchTemplateId or launchTemplateName, but not both.")
    if by_id:
        if by_id not in backend.launch_templates:
            raise Ec2Error("InvalidLaunchTemplateId.NotFound", f"The specified launch template, with template ID {by_id}, does not exist.")
        return backend.launch_templates[by_id]
    if by_name:
        if by_name not in backend.launch_template_name_to_ids:
            raise Ec2Error(
                "InvalidLaunchTemplateName.NotFoundException",
                f"The specified launch template, with template name {by_name}, does not exist.",
            )
        return backend.launch_templates[backend.launch_template_name_to_ids[by_name]]
    raise Ec2Error("MissingParameter", "Either a launch template ID or a launch template name must be specified in the request")


def find_version(template: Any, wanted: str | None) -> Any:
    """`$Default` where nothing is asked for, as EC2 does."""
    if wanted in (None, "", "$Default"):
        return template.default_version()
    if wanted == "$Latest":
        return template.latest_version()
    number = int(wanted) if str(wanted).isascii() and str(wanted).isdigit() else 0
    if not 1 <= number <= len(template.versions):
        raise Ec2Error(
            "InvalidLaunchTemplateId.VersionNotFound",
            f"Could not find launch template version {wanted} for launch template {template.id}.",
        )
    return template.versions[number - 1]


def list_versions(backend: Any, params: dict[str, Any], size: int | None) -> tuple[list[Any], str | None]:
    wanted = params.get("Versions") or []
    if params.get("LaunchTemplateId") or params.get("LaunchTemplateName"):
        template = find_template(backend, params)
        if wanted:
            versions = [find_version(template, version) for version in wanted]
        else:
            least, most = int(params.get("MinVersion") or 1), int(params.get("MaxVersion") or len(template.versions))
            # EC2 lists the newest first.
            versions = [version for version in reversed(template.versions) if least <= version.number <= most]
    elif wanted and set(wanted) <= {"$Latest", "$Default"}:
        versions = [find_version(template, version) for template in backend.launch_templates.values() for version in wanted]
    else:
        raise Ec2Error("MissingParameter", "Either a launch template ID or a launch template name must be specified in the request")
    match = matcher(params.get("Filters") or [], VERSION_FILTERS)
    return page([version for version in versions if match(version)], params, 1, 200, size)


def render(version: Any, arn: str) -> dict[str, Any]:
    return {
        "CreateTime": version.create_time,
        "CreatedBy": arn,
        "DefaultVersion": version.template.is_default(version),
        "LaunchTemplateData": version.data,
        "LaunchTemplateId": version.template.id,
        "LaunchTemplateName": version.template.name,
        "VersionDescription": version.description,
        "VersionNumber": version.number,
    }
