"""`bq-mcp doctor`: is everything there that a call needs?"""

import sys
from dataclasses import dataclass
from datetime import datetime

from ..catalog import CatalogKeeper
from ..client import Limits
from ..compose import Service, utc_now
from ..errors import BackQuantError
from ..settings import Settings
from .console import open_service, run
from .exits import say

_SKEW_NOTICE_S = 5.0
_RECOGNISED_FROM = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `ok` is False where a call would fail."""

    name: str
    words: str
    ok: bool = True


def examine(*, sandbox: bool) -> None:
    """Print one line a check; exit 1 if one of them failed."""
    service = open_service(sandbox=sandbox)
    findings = run(_examine, service, sandbox)
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        say(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.name:<{width}}  {finding.words}")
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


def describe(key: str) -> str:
    """Return enough of a key to recognise it: of a long one its last two characters."""
    end = f"ends in {key[-2:]}, " if len(key) >= _RECOGNISED_FROM else ""
    return f"{end}{len(key)} characters"


async def _examine(service: Service, sandbox: bool) -> list[Finding]:
    settings = service.settings
    where = "sandbox in this process" if sandbox else settings.base_url
    findings = [Finding("upstream", where), _key(settings, sandbox)]
    async with service:
        findings += await _reach(service)
    return findings


def _key(settings: Settings, sandbox: bool) -> Finding:
    if sandbox:
        return Finding("key", "not needed")
    key = settings.key()
    if key is None:
        words = f"{settings.why_no_key()}: set BACKQUANT_API_KEY; --sandbox needs none"
        return Finding("key", words, ok=False)
    return Finding("key", describe(key))


async def _reach(service: Service) -> list[Finding]:
    keeper, client = service.toolbox.keeper, service.client
    public = [tool for tool in service.toolbox.inventory.tools.values() if tool.hint.public]
    found: list[Finding] = []
    if public:
        asked_at = utc_now()
        try:
            reply = await client.get(public[0].endpoint.path)
        except BackQuantError as exc:
            return [Finding("reachable", exc.message or exc.kind, ok=False)]
        found.append(Finding("reachable", f"answered in {_ms(utc_now(), asked_at)} ms"))
        found += _clock(reply.envelope.meta.timestamp, utc_now())
    await keeper.refresh()
    found += [_catalog(keeper), await _plan(service)]
    counted = ", ".join(f"{name} {value:g}" for name, value in client.counters.as_dict().items())
    return [*found, Finding("calls", counted)]


def _catalog(keeper: CatalogKeeper) -> Finding:
    catalog = keeper.current
    words = f"{len(catalog.endpoints)} endpoints, source {catalog.source}"
    reasons = [*keeper.passed_over, *([keeper.failure.message] if keeper.failure else [])]
    return Finding("catalog", "; ".join([words, *reasons]), ok=not reasons)


def _clock(built: datetime | None, received: datetime) -> list[Finding]:
    if built is None:
        return []
    skew = (received - built).total_seconds()
    side = "ahead of" if skew > 0 else "behind"
    words = f"{abs(skew):.1f} s {side} upstream"
    corrected = "; ages are corrected for it" if abs(skew) > _SKEW_NOTICE_S else ""
    return [Finding("clock", words + corrected)]


async def _plan(service: Service) -> Finding:
    """Return what the last reply's headers said of the two limits, asking once if none did."""
    client = service.client
    if client.limits == Limits() and (path := _cheap_path(service)):
        try:
            await client.get(path)
        except BackQuantError as exc:
            return Finding("plan", exc.message or exc.kind, ok=False)
    limits = client.limits
    stated = []
    if limits.burst_left is not None and limits.burst_limit is not None:
        stated.append(f"{limits.burst_left} of {limits.burst_limit} calls left this minute")
    if limits.quota_left is not None and limits.quota_limit is not None:
        stated.append(f"{limits.quota_left:,} of {limits.quota_limit:,} this month")
    return Finding("plan", ", ".join(stated) or "limits not stated by upstream")


def _cheap_path(service: Service) -> str | None:
    """Return an endpoint that needs a key and is answered from upstream's memory."""
    for tool in service.toolbox.inventory.tools.values():
        if tool.hint.age_rule == "static" and not tool.hint.public and not tool.endpoint.params:
            return tool.endpoint.path
    return None


def _ms(end: datetime, start: datetime) -> int:
    return round((end - start).total_seconds() * 1000)
