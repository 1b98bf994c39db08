"""Whatever a client takes for an address gets a resource or a clean refusal."""

import mcp.types as types
from hypothesis import given
from hypothesis import strategies as st
from mcp.shared.exceptions import MCPError

from bq_mcp.server.places import Places

from ..support import Upstream, bench

URIS = st.one_of(
    st.text(max_size=80),
    st.builds(
        "bq://{}{}{}".format,
        st.sampled_from(["levels", "guide", "brief", "catalog", "status", "LEVELS", ""]),
        st.sampled_from(["/", "", "//", "/../", "?", "/%42TC"]),
        st.text(max_size=20) | st.sampled_from(["BTC", "btc-usd", "opex", "a" * 70]),
    ),
)
PLACES = Places(bench(Upstream()).toolbox)


@given(URIS)
def test_any_uri_is_a_resource_or_refused_in_few_words(uri: str) -> None:
    try:
        place = PLACES.found(uri)
    except MCPError as exc:
        assert exc.code == types.INVALID_PARAMS and len(str(exc)) < 1_000
        assert set(exc.error.data or {}) == {"uri"}
    else:
        assert place.uri in {known.uri for known in PLACES.every()}
