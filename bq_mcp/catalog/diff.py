"""Say what changed between two catalogs."""

from dataclasses import dataclass, fields

from .model import Catalog, Endpoint, Param


@dataclass(frozen=True, slots=True)
class CatalogDiff:
    """Paths added and removed, and for each changed path what changed in words."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def diff_catalogs(old: Catalog, new: Catalog) -> CatalogDiff:
    """Return what it takes to get from `old` to `new`; texts count, their source does not."""
    before, after = old.by_path(), new.by_path()
    common = [path for path in before if path in after]
    changes = ((path, _endpoint_changes(before[path], after[path])) for path in common)
    return CatalogDiff(
        added=tuple(path for path in after if path not in before),
        removed=tuple(path for path in before if path not in after),
        changed=tuple((path, words) for path, words in changes if words),
    )


def _endpoint_changes(old: Endpoint, new: Endpoint) -> tuple[str, ...]:
    words = [name for name in ("tag", "summary", "description") if _differs(old, new, name)]
    before = {param.name: param for param in old.params}
    after = {param.name: param for param in new.params}
    words += [f"+{name}" for name in after if name not in before]
    words += [f"-{name}" for name in before if name not in after]
    for name in before:
        if name in after and (parts := _param_changes(before[name], after[name])):
            words.append(f"{name}: {', '.join(parts)}")
    return tuple(words)


def _param_changes(old: Param, new: Param) -> list[str]:
    return [item.name for item in fields(Param) if _differs(old, new, item.name)]


def _differs(old: object, new: object, name: str) -> bool:
    return bool(getattr(old, name) != getattr(new, name))
