"""EC2's error answers. Statuses and texts follow the EC2 API's list of error codes."""

from __future__ import annotations

from xml.sax.saxutils import escape

# Codes that EC2 answers with another status than 400. The SDKs retry 5xx by themselves, lack of capacity
# included, so one launch that meets it may be seen as several calls.
STATUS = {
    "AuthFailure": 401,
    "UnauthorizedOperation": 403,
    "OptInRequired": 403,
    "DryRunOperation": 412,
    "InsufficientInstanceCapacity": 500,
    "InsufficientHostCapacity": 500,
    "InsufficientCapacity": 500,
    "InternalError": 500,
    "InternalFailure": 500,
    "RequestLimitExceeded": 503,
    "ServiceUnavailable": 503,
    "Unavailable": 503,
}

MESSAGE = {
    "DryRunOperation": "Request would have succeeded, but DryRun flag is set.",
    "IdempotentParameterMismatch": "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    "InsufficientFreeAddressesInSubnet": "There are not enough free addresses in the subnet to satisfy the requested number of instances.",
    "InsufficientInstanceCapacity": "We currently do not have sufficient capacity in the Availability Zone you requested.",
    "InternalError": "An internal error has occurred",
    "MaxSpotInstanceCountExceeded": "Max spot instance count exceeded",
    "RequestLimitExceeded": "Request limit exceeded.",
    "SpotMaxPriceTooLow": "Your Spot request price is lower than the minimum required Spot request fulfillment price.",
    "UnauthorizedOperation": "You are not authorized to perform this operation.",
    "Unavailable": "The service is unavailable. Please try again shortly.",
    "UnfulfillableCapacity": "There is no capacity available that matches your request.",
    "Unsupported": "The requested configuration is currently not supported.",
    "VcpuLimitExceeded": "You have requested more vCPU capacity than your current vCPU limit allows for the instance bucket that the specified instance type belongs to.",
}


class Ec2Error(Exception):
    """An error that EC2 answers with."""

    def __init__(self, code: str, message: str | None = None, status: int | None = None):
        self.code = code
        self.message = message or MESSAGE.get(code, code)
        self.status = status or STATUS.get(code, 400)
        super().__init__(f"{code}: {self.message}")

    def xml(self, request_id: str) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Response><Errors><Error><Code>{escape(self.code)}</Code><Message>{escape(self.message)}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )


def unknown_filter(name: str) -> Ec2Error:
    return Ec2Error("InvalidParameterValue", f"The filter '{name}' is invalid")


def no_such_instances(ids: list[str]) -> Ec2Error:
    if len(ids) == 1:
        return Ec2Error("InvalidInstanceID.NotFound", f"The instance ID '{ids[0]}' does not exist")
    return Ec2Error("InvalidInstanceID.NotFound", f"The instance IDs '{', '.join(ids)}' do not exist")
