"""What this server can say of itself without a request: its catalog, and the limits of its key."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from ..catalog import cadence_of
from ..client import Client
from ..tools import Inventory, Tool
from ..views import simulated_mark
from ..words import render_page
from .watch import Watch


def catalog_text(inventory: Inventory, *, simulated: bool) -> str:
    """Return every endpoint with its tool, by group."""
    groups: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    known = inventory.catalog.by_path()
    single = {path: name for path, name in inventory.names.items() if path in known}
    for path, name in single.items():
        tool = inventory.tools[name]
        row = {"tool": name, "path": path, "title": tool.title, "cadence": _cadence(tool)}
        groups[tool.hint.toolset or "others"].append(row)
    return render_page(
        "resources/catalog",
        mark=simulated_mark(simulated),
        version=inventory.catalog.version,
        source=inventory.catalog.source,
        count=len(single),
        groups=sorted(groups.items()),
        others=[tool for tool in inventory.tools.values() if tool.name not in single.values()],
    )


def limits_text(
    client: Client, watch: Watch, inventory: Inventory, now: datetime, *, simulated: bool
) -> str:
    """Return what is left of the limits, what was spent and saved, and how often data change."""
    cadences: defaultdict[str, list[str]] = defaultdict(list)
    for name in inventory.names.values():
        if every := _cadence(inventory.tools[name]):
            cadences[every].append(name)
    share = watch.allowance.share
    return render_page(
        "resources/limits",
        mark=simulated_mark(simulated),
        at=f"{now:%Y-%m-%d %H:%M:%S}Z",
        limits=client.limits,
        spent=client.counters,
        cadences=sorted(cadences.items(), key=lambda row: -len(row[1])),
        watched=watch.watched,
        used=round(watch.allowance.used),
        share=None if share is None else int(share),
    )


def _cadence(tool: Tool) -> str:
    """Return how often upstream refreshes what a tool answers, "" where that is not stated."""
    from ..views.words.filters import duration

    seconds = cadence_of(tool.endpoint, tool.hint)
    # For what is built when asked it is how long an answer is kept.
    return duration(seconds) if seconds and tool.hint.age_rule != "static" else ""
