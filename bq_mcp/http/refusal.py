"""What is refused at the door, in words for whoever wrote the client."""

import json
from collections.abc import Mapping

from mcp.types import INVALID_REQUEST, RequestId
from starlette.responses import Response


class RefusalError(Exception):
    """A request is refused with this status, these words and these headers.

    `code` is JSON-RPC's, `request_id` that of the message where it was read.
    """

    def __init__(
        self,
        status: int,
        words: str,
        headers: Mapping[str, str] | None = None,
        *,
        code: int = INVALID_REQUEST,
        request_id: RequestId | None = None,
    ) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.headers = headers
        self.code = code
        self.request_id = request_id

    def response(self) -> Response:
        """Return the refusal as the protocol writes an error."""
        error = {"code": self.code, "message": self.words}
        body = {"jsonrpc": "2.0", "id": self.request_id, "error": error}
        return json_response(body, status=self.status, headers=self.headers)


def json_response(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a body as JSON."""
    return Response(json.dumps(body), status, headers=headers, media_type="application/json")
