"""Keys of many forms, and the ways for one to come back from upstream: all drawn from a seed."""

import gzip
import html
import json
import ssl
import string
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

import httpx

WORDS = ("password", "Passw0rd!", "correct-horse", "trustno1", "gamma", "market", "BTCUSDT")
LETTERS = string.ascii_letters
PRINTABLE = "".join(map(chr, range(33, 127)))
STATUSES = (200,) * 6 + (204, 302, 307, 400, 401, 403, 404, 405, 407, 408, 418, 422, 425, 429)
FAILURES = (500, 502, 503, 504, 520, 599)
HEADERS = (
    "x-request-id", "retry-after", "date", "age", "location", "content-type", "set-cookie",
    "www-authenticate", "server", "content-encoding", "x-ratelimit-limit", "x-ratelimit-remaining",
    "x-ratelimit-reset", "x-ratelimit-fallback", "x-quota-limit", "x-quota-remaining", "link",
)  # fmt: skip
TOOLS = ("gex_levels", "health", "options_chain", "status", "expiries", "gex_history", "changelog")


def _drawn(rng: Random, characters: str, shortest: int, longest: int) -> str:
    return "".join(rng.choices(characters, k=rng.randint(shortest, longest)))


KEYS: tuple[Callable[[Random], str], ...] = (
    lambda rng: "bq_live_" + _drawn(rng, LETTERS + string.digits, 32, 32),
    lambda rng: "bq_live_" + _drawn(rng, PRINTABLE, 8, 32),
    lambda rng: _drawn(rng, PRINTABLE, 12, 60),
    lambda rng: _drawn(rng, "qzQZ", 4, 4) + _drawn(rng, string.digits, 2, 2),
    lambda rng: rng.choice("123456789") + _drawn(rng, string.digits, 12, 15),
    lambda rng: _drawn(rng, "0123456789abcdef", 32, 64),
    lambda rng: "sk" + _drawn(rng, "-_/+=\"'\\<>&%", 2, 6) + _drawn(rng, LETTERS, 12, 12),
    lambda rng: _drawn(rng, ".*+?^$()[]{}|\\", 6, 20) + _drawn(rng, string.ascii_lowercase, 4, 4),
    lambda rng: "https://" + _drawn(rng, string.ascii_lowercase, 6, 9) + ".example/v2?a=1&b=2#c",
    lambda rng: '{"key":"' + _drawn(rng, LETTERS, 9, 9) + '"}',
    lambda rng: "<a/>&amp;" + _drawn(rng, LETTERS, 9, 9),
    lambda rng: "%2F%41" + _drawn(rng, string.hexdigits, 9, 9),
    lambda rng: b64encode(rng.randbytes(rng.randint(9, 33))).decode(),
    lambda rng: rng.choice(WORDS),
)  # fmt: skip


def key_of(number: int) -> str:
    """Return a key; those of neighbouring numbers have different forms."""
    return KEYS[number % len(KEYS)](Random(f"key {number}"))


def spellings(key: str) -> list[str]:
    """Return the key as programs may write it."""
    return [
        key,
        key.upper(),
        key.lower(),
        quote(key, safe=""),
        html.escape(key),
        repr(key.encode()),
        f"https://user:{key}@api.example/v2?api_key={key}",
        f"{key[:5]}\u200b{key[5:]}",
        "".join(f"\\u{ord(character):04x}" for character in key),
        "".join(f"&#{ord(character)};" for character in key),
        f"Basic {b64encode(f'user:{key}'.encode()).decode()}",
        f"Authorization: Bearer {key}\r\nX-API-Key: {key}",
        key.encode().hex(),
        f"{'x' * 150}{key}",
        f"SIMULATED {key}\nerror: {key}",
    ]


@dataclass
class Leak:
    """One way for a key to come back."""

    key: str
    rng: Random
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.rng.choice(spellings(self.key))
        self.tool = self.rng.choice(TOOLS)

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Reply to one request, or fail on the way; a list of endpoints holds the key too."""
        if request.url.path.endswith(("/endpoints", "/openapi.json")):
            return httpx.Response(200, json=self.catalog())
        if self.rng.random() < 0.25:
            raise self.rng.choice(self.exceptions())
        status = self.rng.choice(STATUSES + FAILURES)
        return httpx.Response(status, headers=self.headers(), content=self.body())

    def exceptions(self) -> list[Exception]:
        """Return what may go wrong below HTTP, each with the key in its words."""
        text = self.text
        certificate = ssl.SSLCertVerificationError(1, text)
        certificate.verify_message, certificate.verify_code = text, self.rng.choice((9, 10, 62))
        refused = httpx.ConnectError(text)
        refused.__cause__ = self.rng.choice(
            (certificate, ssl.SSLError(1, text), OSError(111, text), UnicodeError(text))
        )
        kinds = (
            httpx.ConnectTimeout, httpx.ReadTimeout, httpx.PoolTimeout, httpx.ReadError,
            httpx.ProxyError, httpx.RemoteProtocolError, httpx.LocalProtocolError,
            httpx.DecodingError, httpx.TooManyRedirects, httpx.UnsupportedProtocol,
        )  # fmt: skip
        return [
            refused,
            *(kind(text) for kind in kinds),
            httpx.InvalidURL(text),
            RuntimeError(text),
            ValueError(text, {self.key: text}),
            ExceptionGroup(text, [OSError(text)]),
        ]

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return some headers with the key as value, as part of one or as a name."""
        rng = self.rng
        line = self.text.encode("latin-1", "replace").replace(b"\r\n", b" ").replace(b"\n", b" ")
        values = (line, self.key.encode(), b"17; " + line, b"https://elsewhere.example/" + line)
        names = [name.encode() for name in rng.sample(HEADERS, rng.randint(0, 4))]
        plain = "".join(filter(str.isalnum, self.key)).encode()
        return [*((name, rng.choice(values)) for name in names), (b"x-" + plain, line)]

    def body(self) -> bytes:
        """Return a body, whole or cut, as JSON, as a page or compressed."""
        rng = self.rng
        chosen = rng.choice(self._bodies())
        is_page = isinstance(chosen, str) and chosen.startswith("<")
        encoded = str(chosen) if is_page else json.dumps(chosen, ensure_ascii=rng.random() < 0.5)
        if rng.random() < 0.5:
            # Where every character is a number, the backslashes are those of JSON.
            encoded = encoded.replace("\\\\u", "\\u")
        body = encoded[: rng.choice((None, None, None, len(encoded) * 2 // 3))].encode(
            rng.choice(("utf-8", "utf-8", "utf-8", "utf-16")), "replace"
        )
        return gzip.compress(body) if rng.random() < 0.1 else body

    def _bodies(self) -> list[object]:
        text, key = self.text, self.key
        stamps = {"timestamp": "2026-11-20T14:32:22Z", "computed_at": "2026-11-20T14:32:10Z"}
        meta: dict[str, object] = {**stamps, "version": text, "request_id": text, "symbol": text}
        row = {"strike": 70_000, "net_gex": 1.5, key: 2, "note": text}
        figure = int(key) if key.isdecimal() else key
        errors = [{"loc": ["query", key], "msg": text, "type": key}]
        details = {"errors": errors, key: figure}
        return [
            {"success": True, "data": {key: text, "rows": [row] * 3}, "meta": meta},
            {"success": True, "data": text, "meta": {"extra": {key: text, "note": [text, key]}}},
            {"success": True, "data": [row] * 3, "meta": {"source": [text], "computed_at": text}},
            {"success": True, "data": {"oi": figure, "iv": [figure] * 3}, "meta": meta},
            {"success": True, "data": row, "meta": {**stamps, "extra": {"errors": {key: text}}}},
            {"success": False, "error": {"code": text, "message": text}, "meta": meta},
            {"success": False, "error": {"code": "NOT_FOUND", "message": f"{text}\n{key}"}},
            {"success": False, "error": {"code": "VALIDATION_ERROR", "details": details}},
            {"success": False, "error": {"message": key, "details": {"retry_after_seconds": 9}}},
            {"detail": errors},
            {"detail": text},
            {"message": text, key: key},
            {"thresholds": {key: {"healthy_max_seconds": figure, "degraded_max_seconds": 2}}},
            text,
            [[text, key], [key]],
            f"<html><title>{text}</title>{key}</html>",
            f"<title>{'&' * 60}{key}</title>",
        ]

    def catalog(self) -> Mapping[str, Any]:
        """Return a list of endpoints with the key in every place that a tool is made of."""
        text, key = self.text, self.key
        params = [
            {"name": key, "description": text, "maximum": text, "minimum": key},
            {"name": "symbol", "enum": ["BTCUSDT", text, key], "default": key},
            {"name": "day", "description": f"as {text}", "pattern": key, "format": text},
        ]
        plain = "".join(filter(str.isalnum, key))
        known = ["/" + tool.replace("_", "/", 1) for tool in TOOLS]
        paths = ["/vol/cone", f"/vol/{key}", f"/{plain}/x", *known]
        endpoints = [
            {"path": path, "summary": text, "description": text, "tag": key, "parameters": params}
            for path in paths
        ]
        return {"success": True, "data": {"endpoints": endpoints}, "meta": {"version": key}}

    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what a client asks: well, or with the key as argument, value or tool."""
        text, key, rng = self.text, self.key, self.rng
        good = (self.tool, {"detail": rng.choice(("brief", "standard", "full", "raw"))})
        odd: list[tuple[str, dict[str, Any]]] = [
            ("gex_levels", {"symbol": text, key: key}),
            ("options_chain", {"expiries": [key, text]}),
            (key, {text: key}),
            (self.tool, {}),
        ]
        return [good, rng.choice(odd)]
