"""Accept only paths that stay below the API's own prefix."""

import re

from ..text import clean
from .reading import is_reserved

VERSION_PREFIX = "/v2"
_MAX_LENGTH = 200
_MAX_SEGMENTS = 12
_PLAIN = re.compile(r"[A-Za-z0-9._~\-]+")
_NAME = r"([A-Za-z_][A-Za-z0-9_\-]{0,63})"
_PLACEHOLDER = re.compile(
    rf"\{{{_NAME}(?::[a-z]+)?\}}|<(?:[a-z]+:)?{_NAME}>|^:([A-Za-z_][A-Za-z0-9_]{{0,63}})$"
)


class PathFault(ValueError):
    """A path that is not relative, or holds what no path of ours may hold."""


def read_path(raw: str) -> tuple[str, tuple[str, ...]]:
    """Return the path below the version prefix, and the names of its placeholders.

    `{name}`, `{name:path}`, `:name` and `<name>` are placeholders; all come back as `{name}`. One
    may be a part of its segment only.

    Raises:
        PathFault: a scheme, host, credentials, query, `..` or other unsafe text is in `raw`.
    """
    shown = clean(raw, 80)
    if len(raw) > _MAX_LENGTH:
        raise PathFault(f"path too long: {shown}")
    if raw.startswith("//") or "\\" in raw or "://" in raw or ".." in raw:
        raise PathFault(f"path is not relative: {shown}")
    if clean(raw, _MAX_LENGTH) != raw:
        raise PathFault(f"path holds unsafe text: {shown}")
    segments = raw.strip("/").split("/")
    if not 1 <= len(segments) <= _MAX_SEGMENTS:
        raise PathFault(f"path too deep: {shown}")
    names: list[str] = []
    parts: list[str] = []
    for segment in segments:
        found = [match[1] or match[2] or match[3] for match in _PLACEHOLDER.finditer(segment)]
        fixed = _PLACEHOLDER.sub("", segment)
        if segment == "." or not (_PLAIN.fullmatch(fixed) or (found and not fixed)):
            raise PathFault(f"path holds unsafe text: {shown}")
        names += found
        parts.append(_PLACEHOLDER.sub(_in_braces, segment))
    if any(is_reserved(word) for word in (*parts, *names)):
        raise PathFault(f"path holds a reserved word: {shown}")
    while parts[:1] == [VERSION_PREFIX[1:]]:
        parts = parts[1:]
    if not parts or len(set(names)) != len(names):
        raise PathFault(f"path is empty or repeats a name: {shown}")
    return "/" + "/".join(parts), tuple(names)


def _in_braces(match: re.Match[str]) -> str:
    return "{" + (match[1] or match[2] or match[3]) + "}"
