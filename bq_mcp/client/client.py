"""Ask upstream, layer by layer: deadline, then transport; then read the envelope."""

from collections.abc import Callable
from datetime import datetime

import anyio
import structlog

from ..envelope import Envelope, decode_json, read_envelope
from ..errors import ApiError, BackQuantError, RequestTimeoutError
from .model import Limits, Query, Reply, Request, Send, read_limits

_log = structlog.get_logger(__name__)


class Client:
    """Answers requests of one key to one service.

    `now` gives the local time as an aware UTC datetime. `limits` and `simulated` are what the
    replies so far have shown, refusals included.
    """

    def __init__(self, send: Send, *, deadline_seconds: float, now: Callable[[], datetime]) -> None:
        self._send = send
        self._deadline = deadline_seconds
        self._now = now
        self.limits = Limits()
        self.simulated = False

    async def get(self, path: str, query: Query = ()) -> Reply:
        """Return upstream's reply to GET `path` (below the version prefix, percent-encoded).

        Raises:
            TransportError: no usable reply within the deadline.
            ApiError: upstream said no.
        """
        try:
            reply = await self._within_deadline(Request(path, query))
        except BackQuantError as exc:
            _log.info("upstream call", path=path, outcome=exc.kind)
            raise
        _log.info("upstream call", path=path, outcome=reply.outcome)
        return reply

    async def fetch(self, path: str) -> Envelope:
        """Return the envelope of GET `path`, for readers that need no more than the data."""
        return (await self.get(path)).envelope

    async def _within_deadline(self, request: Request) -> Reply:
        # One deadline over the whole call: a body that drips, or an application in this process,
        # never trips the transport's own timeouts.
        try:
            with anyio.fail_after(self._deadline):
                return await self._exchange(request)
        except TimeoutError as exc:
            raise RequestTimeoutError(
                f"the reply was not complete within {self._deadline:g} s"
            ) from exc

    async def _exchange(self, request: Request) -> Reply:
        raw = await self._send(request)
        stated = read_limits(raw.headers)
        if stated != Limits():
            self.limits = stated
        try:
            body, non_finite = decode_json(raw.body)
        except BackQuantError:
            if raw.status < 400:
                raise
            # A gateway's own error page: the status says more than the page.
            body, non_finite = None, 0
        try:
            envelope = read_envelope(
                body, status=raw.status, headers=raw.headers, non_finite=non_finite
            )
        except ApiError as exc:
            self.simulated = self.simulated or exc.simulated
            raise
        self.simulated = self.simulated or envelope.simulated
        return Reply(envelope, self._now(), self.limits)
