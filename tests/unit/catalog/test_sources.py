"""Which source is asked, in which order, and what is remembered."""

import pytest

from bq_mcp.catalog.sources import RemoteCatalog
from bq_mcp.envelope import Envelope, Meta
from bq_mcp.errors import (
    BackQuantError,
    BurstLimitError,
    CatalogError,
    ForbiddenError,
    MalformedReplyError,
    NoDataError,
    ReplyTooLargeError,
    RequestTimeoutError,
    UnauthorizedError,
    UnreachableError,
    UpstreamFaultError,
)

pytestmark = pytest.mark.anyio

LIVE, OLDER, OPENAPI = "/endpoints", "/discovery/endpoints", "/openapi.json"
ROWS = {"endpoints": [{"path": "/v2/gex/levels"}]}
DOCUMENT = {"openapi": "3.1.0", "paths": {"/gex/levels": {"get": {}}}}
NOTHING = NoDataError("no such path")


class Upstream:
    """Answers paths from a table that a test may change; remembers what was asked."""

    def __init__(self, replies: dict[str, object]) -> None:
        self.replies = replies
        self.asked: list[str] = []

    async def fetch(self, path: str) -> Envelope:
        self.asked.append(path)
        reply = self.replies.get(path, NOTHING)
        if isinstance(reply, BackQuantError):
            raise reply
        return Envelope(reply, Meta())


async def test_the_list_is_asked_first_and_alone_where_it_answers() -> None:
    upstream = Upstream({LIVE: ROWS, OPENAPI: DOCUMENT})
    remote = RemoteCatalog(upstream.fetch, has_key=True)
    catalog = await remote.read()
    assert (catalog.source, upstream.asked) == ("live", [LIVE])
    assert remote.passed_over == ()


async def test_the_older_name_is_tried_and_remembered() -> None:
    upstream = Upstream({OLDER: ROWS, OPENAPI: DOCUMENT})
    remote = RemoteCatalog(upstream.fetch, has_key=True)
    assert (await remote.read()).source == "live"
    assert remote.passed_over == ("/endpoints: no such path",)
    assert (await remote.read()).source == "live"
    assert upstream.asked == [LIVE, OLDER, OLDER]


@pytest.mark.parametrize(
    "useless",
    [
        MalformedReplyError("the reply was an HTML page"),
        ReplyTooLargeError("x"),
        None,
        "text",
    ],
)
async def test_an_answer_that_is_no_catalog_leads_to_the_next_source(useless: object) -> None:
    upstream = Upstream({LIVE: useless, OLDER: useless, OPENAPI: DOCUMENT})
    remote = RemoteCatalog(upstream.fetch, has_key=True)
    assert (await remote.read()).source == "openapi"
    assert upstream.asked == [LIVE, OLDER, OPENAPI]
    assert len(remote.passed_over) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        UnauthorizedError("Invalid API key"),
        ForbiddenError("plan"),
        BurstLimitError("slow down"),
        UpstreamFaultError("oops"),
        RequestTimeoutError("late"),
        UnreachableError("broken off"),
    ],
)
async def test_a_failure_the_other_name_would_meet_too_is_not_met_twice(
    refusal: BackQuantError,
) -> None:
    upstream = Upstream({LIVE: refusal, OPENAPI: DOCUMENT})
    remote = RemoteCatalog(upstream.fetch, has_key=True)
    assert (await remote.read()).source == "openapi"
    assert upstream.asked == [LIVE, OPENAPI]
    assert remote.passed_over == (f"/endpoints: {refusal.message}",)


async def test_the_list_is_asked_again_after_the_document_once_stood_in() -> None:
    upstream = Upstream({LIVE: UpstreamFaultError("oops"), OPENAPI: DOCUMENT})
    remote = RemoteCatalog(upstream.fetch, has_key=True)
    assert (await remote.read()).source == "openapi"
    upstream.replies[LIVE] = ROWS
    assert (await remote.read()).source == "live"


async def test_without_a_key_only_the_public_document_is_read() -> None:
    upstream = Upstream({LIVE: ROWS, OPENAPI: DOCUMENT})
    catalog = await RemoteCatalog(upstream.fetch, has_key=False).read()
    assert (catalog.source, upstream.asked) == ("openapi", [OPENAPI])


async def test_no_usable_source_names_every_reason() -> None:
    upstream = Upstream({LIVE: UnauthorizedError(""), OPENAPI: {"paths": {}}})
    with pytest.raises(CatalogError) as caught:
        await RemoteCatalog(upstream.fetch, has_key=True).read()
    assert caught.value.message == (
        "/endpoints: unauthorized; /openapi.json: the catalog lists no usable endpoint"
    )


@pytest.mark.parametrize("error", [UnreachableError("refused"), RequestTimeoutError("late")])
async def test_an_upstream_out_of_reach_is_a_transport_error(error: BackQuantError) -> None:
    upstream = Upstream({LIVE: error, OPENAPI: error})
    with pytest.raises(type(error)):
        await RemoteCatalog(upstream.fetch, has_key=True).read()
    assert upstream.asked == [LIVE, OPENAPI]


async def test_a_catalog_the_sandbox_served_is_marked() -> None:
    async def fetch(path: str) -> Envelope:
        return Envelope(ROWS, Meta(source=("bq-mcp-sandbox",)))

    assert (await RemoteCatalog(fetch, has_key=True).read()).simulated
