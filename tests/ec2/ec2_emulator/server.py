"""The HTTP server: EC2's query API on `/`, the control endpoints on `/_control/`."""

from __future__ import annotations

import json
import socket
import traceback
from typing import Any

from botocore.model import OperationNotFoundError
from moto.core.request import Request
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response

from .api import Api
from .control import handle
from .errors import Ec2Error
from .faults import Fault
from .world import World


class Ec2Request(Request):
    # moto would write its own Date header else; werkzeug does.
    from_wsgi_server = True


class Application:
    def __init__(self) -> None:
        self.world = World()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Ec2Request(environ)
        if request.path.startswith("/_control/"):
            response = self.control(request)
        else:
            response = self.ec2(request, environ)
        return response(environ, start_response)

    def control(self, request: Ec2Request) -> Response:
        try:
            body = json.loads(request.get_data() or b"{}")
            answer, status = handle(self.world, request.method, request.path, request.args.to_dict(), body), 200
        except KeyError as error:
            answer, status = {"error": f"the request lacks the key `{error.args[0]}`"}, 400
        except LookupError as error:
            answer, status = {"error": str(error)}, 404
        except (ValueError, TypeError) as error:
            answer, status = {"error": str(error)}, 400
        return Response(json.dumps(answer, default=str), status, mimetype="application/json")

    def ec2(self, request: Ec2Request, environ: dict[str, Any]) -> Response:
        # Taken before the call: a reset that comes meanwhile lets this call go.
        released = self.world.released
        api = Api(self.world)
        try:
            status, headers, body = api._dispatch(request)
        except OperationNotFoundError:
            failure = Ec2Error("InvalidAction", f"The action {request.values.get('Action')} is not valid for this web service.")
            return Response(failure.xml("req-unknown"), failure.status, mimetype="text/xml")
        except Exception as error:  # noqa: BLE001 - an answer in EC2's form, with the trace in the log
            traceback.print_exc()
            failure = Ec2Error("InternalError", f"the emulator failed: {error!r}")
            return Response(failure.xml("req-failed"), failure.status, mimetype="text/xml")
        if api.fault and api.fault.answer != "error":
            return self.break_off(api.fault, released, environ)
        headers = {key: str(value) for key, value in headers.items() if key.lower() not in ("status", "content-type", "server")}
        return Response(body, status, headers, content_type="text/xml;charset=UTF-8")

    def break_off(self, fault: Fault, released: Any, environ: dict[str, Any]) -> Response:
        """No answer: the connection ends, at once or after a while of silence."""
        if fault.answer == "hang":
            released.wait(fault.hang_seconds)
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response("")


def serve(port: int) -> BaseWSGIServer:
    return make_server("127.0.0.1", port, Application(), threaded=True)
