"""The EC2 API: moto's, with the calls that the autoscaler lives on done as EC2 does them."""

from __future__ import annotations

import re
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.ec2.responses import EC2Response

from . import describing, launching, orders, templates
from .errors import Ec2Error, no_such_instances, unknown_filter
from .faults import Fault
from .lifecycle import end, settle
from .world import World

INSTANCE_ID = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})")
# moto answers any RunInstances with `pending`; a replay shows what the instances are by now.
TRANSFORMERS = {k: v for k, v in EC2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER.items() if not k.startswith("RunInstances.")}

# The filters that EC2 knows where moto lets any pass.
KNOWN_FILTERS = {
    "DescribeAvailabilityZones": {
        "group-name", "message", "network-border-group", "opt-in-status", "parent-zone-id", "parent-zone-name",
        "region-name", "state", "zone-id", "zone-name", "zone-type",
    },
}  # fmt: skip


class Api(EC2Response):
    RESPONSE_KEY_PATH_TO_TRANSFORMER = TRANSFORMERS

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        # The fault that spoils the answer, for the server to act out, if one does.
        self.fault: Fault | None = None
        # The instances that the call launched or ended.
        self._touched: list[str] = []

    def call_action(self) -> tuple[int, dict[str, Any], str]:
        """Answers (status, headers, body) and logs the call."""
        action = self._get_action()
        with self.world.lock:
            settle(self.world)
            call = {"seq": len(self.world.calls) + 1, "at": self.world.now(), "action": action, "region": self.region, "params": self._logged_params(), "status": None}
            self.world.calls.append(call)
            try:
                self.fault = self.world.faults.pick("admission", action, self._scope(action), self.world.now())
                if self.fault and not self.fault.effect:
                    raise self.fault.error()
                answer = self.serialized(ActionResult(self._perform(action)))
                # What the call did is logged even where its answer is spoilt.
                call |= {"status": answer[0], "code": None, "instances": self._touched}
                if self.fault:
                    raise self.fault.error()
            except Ec2Error as error:
                answer = (error.status, dict(self.response_headers), error.xml(f"req-{call['seq']}"))
                call |= {"status": error.status, "code": error.code} | {"instances": call.get("instances", [])}
            if self.fault:
                call |= {"fault": self.fault.id, "answer": self.fault.answer, "effect": self.fault.effect}
            settle(self.world)
        return answer

    def _logged_params(self) -> dict[str, str]:
        return {key: values[0] for key, values in self.querystring.items() if key not in ("Action", "Version")}

    def _scope(self, action: str) -> dict[str, list[str]]:
        """What faults can match on."""
        if action != "RunInstances":
            return {"instance": self._named_instances()}
        try:
            return orders.read(self.ec2_backend, self.region, self.params).scope()
        except (Ec2Error, ServiceException):
            return {}

    def _named_instances(self) -> list[str]:
        named = self.params.get("InstanceIds") or self.params.get("Resources") or self.params.get("InstanceId") or []
        named = [named] if isinstance(named, str) else named
        # `Resources` may name other things than instances.
        return [name for name in named if "InstanceIds" in self.params or name.startswith("i-")]

    def _perform(self, action: str) -> Any:
        named = self._named_instances()
        for name in named:
            if not INSTANCE_ID.fullmatch(name):
                raise Ec2Error("InvalidInstanceID.Malformed", f'Invalid id: "{name}"')
        backend_ids = {i.id for r in self.ec2_backend.reservations.values() for i in r.instances}
        missing = [name for name in named if name not in backend_ids or not self.world.visible(name)]
        if missing:
            raise no_such_instances(missing)
        for wanted in self.params.get("Filters") or []:
            if action in KNOWN_FILTERS and wanted.get("Name") not in KNOWN_FILTERS[action]:
                raise unknown_filter(str(wanted.get("Name")))
        method = camelcase_to_underscores(action)
        if method not in method_names_from_class(type(self)):
            raise Ec2Error("InvalidAction", f"The action {action} is not valid for this web service.")
        try:
            result = getattr(self, method)()
        except ServiceException as error:
            raise Ec2Error(error.code, error.message) from error
        except NotImplementedError as error:
            # What moto has not got, filters above all: EC2's answer to a filter that it does not know.
            found = re.search(r"filter '?([\w:.-]+)'?", str(error), re.IGNORECASE)
            raise unknown_filter(found[1]) if found else Ec2Error("NotImplemented", str(error), 501) from error
        return result.result if isinstance(result, ActionResult) else result

    def run_instances(self) -> ActionResult:
        world, params = self.world, self.params
        token = params.get("ClientToken") or ""
        launching.check_token(token)
        least, most = launching.counts(params)
        mark = launching.fingerprint(self.querystring)
        reservation = launching.replay(world, self.region, token, mark) if token else None
        if reservation is None:
            order = orders.read(self.ec2_backend, self.region, params)
            self._strike("validation", order.scope())
            self.error_on_dryrun()
            self._strike("capacity", order.scope())
            count = launching.available(world, order, least, most)
            reservation = launching.launch(world, self.ec2_backend, self.region, order, count, token)
            launching.remember(world, self.region, token, mark, reservation)
        else:
            self.error_on_dryrun()
        self._touched = [instance.id for instance in reservation.instances]
        return ActionResult(reservation)

    def _strike(self, stage: str, scope: dict[str, list[str]]) -> None:
        fault = self.world.faults.pick(stage, self._get_action(), scope, self.world.now())
        if fault:
            self.fault = fault
            raise fault.error()

    def terminate_instances(self) -> ActionResult:
        lives = [self.world.lives[name] for name in dict.fromkeys(self.params["InstanceIds"])]
        self._strike("validation", self._scope("TerminateInstances"))
        self.error_on_dryrun()
        protected = [life.instance for life in lives if life.instance.disable_api_termination]
        # EC2 fails the request, yet terminates what stands in zones without a protected instance.
        spared = {instance.placement.zone for instance in protected}
        answers = []
        for life in lives:
            instance = life.instance
            if instance.placement.zone in spared:
                continue
            before = {"Code": instance.state_code, "Name": instance.state}
            if instance.state != "terminated":
                life.reason = ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown")
                life.transition = f"User initiated ({self.world.datetime():%Y-%m-%d %H:%M:%S} GMT)"
                end(self.world, life)
            gone = instance.state == "terminated"
            after = {"Code": 48, "Name": "terminated"} if gone else {"Code": 32, "Name": "shutting-down"}
            answers.append({"InstanceId": instance.id, "CurrentState": after, "PreviousState": before})
            self._touched = [*self._touched, instance.id]
        if protected:
            raise Ec2Error(
                "OperationNotPermitted",
                f"The instance '{protected[0].id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
            )
        return ActionResult({"TerminatingInstances": answers})

    def describe_instances(self) -> ActionResult:
        self.error_on_dryrun()
        return ActionResult(describing.instances(self.world, self.ec2_backend, self.params))

    def describe_instance_status(self) -> ActionResult:
        self.error_on_dryrun()
        return ActionResult(describing.statuses(self.world, self.ec2_backend, self.params))

    def describe_spot_instance_requests(self) -> ActionResult:
        self.error_on_dryrun()
        return ActionResult(describing.spot_requests(self.world, self.ec2_backend, self.params))

    def describe_instance_type_offerings(self) -> ActionResult:
        self.error_on_dryrun()
        return ActionResult(describing.offerings(self.world, self.region, self.params))

    def describe_launch_template_versions(self) -> ActionResult:
        self.error_on_dryrun()
        versions, token = templates.list_versions(self.ec2_backend, self.params, self.world.settings.page_size)
        arn = f"arn:{self.partition}:iam::{self.current_account}:root"
        return ActionResult({"LaunchTemplateVersions": [templates.render(version, arn) for version in versions], "NextToken": token})

    def create_launch_template_version(self) -> ActionResult:
        if source := self.params.get("SourceVersion"):
            base = templates.find_version(templates.find_template(self.ec2_backend, self.params), source)
            self.params["LaunchTemplateData"] = base.data | (self.params.get("LaunchTemplateData") or {})
        return super().create_launch_template_version()
