"""Which paths are accepted, and what they become."""

import pytest

from bq_mcp.catalog.paths import PathFault, read_path


@pytest.mark.parametrize(
    "raw",
    [
        "/v2/gex/levels",
        "/gex/levels",
        "gex/levels",
        "v2/gex/levels",
        "/gex/levels/",
        "/v2/v2/gex/levels",
    ],
)
def test_the_version_prefix_and_outer_slashes_are_dropped(raw: str) -> None:
    assert read_path(raw) == ("/gex/levels", ())


@pytest.mark.parametrize(
    "raw",
    [
        "/greeks/{greek}",
        "/greeks/{greek:str}",
        "/greeks/:greek",
        "/greeks/<greek>",
        "/greeks/<string:greek>",
    ],
)
def test_every_kind_of_placeholder_becomes_braces(raw: str) -> None:
    assert read_path(raw) == ("/greeks/{greek}", ("greek",))


def test_several_placeholders_keep_their_order() -> None:
    assert read_path("/v2/{b}/x/{a}") == ("/{b}/x/{a}", ("b", "a"))


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("/book/level2_{size}", ("size",)),
        ("/orders/{order-id}", ("order-id",)),
        ("/x/{from}-{to}.json", ("from", "to")),
        ("/x/{a}{b}", ("a", "b")),
    ],
)
def test_a_placeholder_may_be_a_part_of_its_segment(raw: str, names: tuple[str, ...]) -> None:
    assert read_path(raw) == (raw, names)


@pytest.mark.parametrize("raw", ["/v2beta/x", "/v20/x"])
def test_only_the_whole_segment_is_the_version_prefix(raw: str) -> None:
    assert read_path(raw) == (raw, ())


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "/",
        "//",
        "/v2",
        "/v2/",
        "https://evil.example/v2/gex/levels",
        "http:evil.example",
        "javascript:alert(1)",
        "//evil.example/gex",
        "/\\evil.example/gex",
        "\\\\evil.example",
        "/gex//levels",
        "/gex/../admin",
        "/gex/..",
        "../gex",
        "/gex/./levels",
        "/gex/..levels",
        "/...",
        "/gex/%2e%2e/admin",
        "/gex/%2Fadmin",
        "/gex%00",
        "/user:pass@evil.example/x",
        "/@evil.example",
        "/gex/levels?symbol=BTCUSDT",
        "/gex/levels#top",
        "/gex/levels;v=1",
        "/gex/le vels",
        "/gex/levels\n",
        "/gex/levels\r\nHost: evil.example",
        "/gex/\u202elevels",
        "/gex/\u2024\u2024/x",
        "/ｇｅｘ/levels",
        "/gex/lévels",
        "/gex/{}",
        "/gex/{a b}",
        "/gex/{greek",
        "/gex/x{greek",
        "/gex/{greek}/..{other}",
        "/gex/{greek.__class__}",
        "/gex/{1}",
        "/gex/{" + "a" * 65 + "}",
        "/{a}/{a}",
        "/" + "a/" * 13,
        "/" + "a" * 300,
    ],
)
def test_a_path_that_could_leave_the_api_is_refused(raw: str) -> None:
    with pytest.raises(PathFault):
        read_path(raw)


def test_the_refusal_is_one_clean_short_line() -> None:
    with pytest.raises(PathFault) as caught:
        read_path("https://evil.example/\n\x1b[31m" + "x" * 100_000)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 120
