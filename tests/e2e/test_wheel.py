"""The wheel, built from what the image copies and installed elsewhere, brings its words along."""

import subprocess
import sys
import zipfile
from pathlib import Path

from .deployment import copy_build_context

SCRIPT = """
import sys
sys.path.insert(0, {wheel!r})
import bq_mcp
from bq_mcp.words import prompts_root
from bq_mcp.envelope import Reply, read_envelope
from bq_mcp.catalog import bundled_hints
from bq_mcp.compose import bundled_snapshot
from bq_mcp.views import Question
from bq_mcp.views.answer import render
from bq_mcp.guides import topics
from bq_mcp.workflows import Reach, book, render as render_prompt
from datetime import datetime, UTC
assert topics() and book().prompts and render_prompt("data_health", {{}}, Reach({{}}))
assert {wheel!r} in bq_mcp.__file__ and {wheel!r} in str(prompts_root())
endpoint = bundled_snapshot().by_path()["/gex/levels"]
data = {{"all_expiry": {{"hvl": 67000}}, "odte": {{}}, "positioning": "flow"}}
meta = {{"symbol": "BTCUSDT", "spot_price": 67214, "computed_at": "2026-11-20T14:32:10Z"}}
question = Question("gex_levels", endpoint, bundled_hints()["/gex/levels"], {{}}, "standard", {{}})
now = datetime(2026, 11, 20, 14, 32, 22, tzinfo=UTC)
envelope = read_envelope({{"success": True, "data": data, "meta": meta}})
answer = render(question, Reply(envelope, now, received=0.0), now)
print(answer.meta["view"])
print(answer.text)
"""


def test_an_installed_wheel_renders_a_view(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    copy_build_context(source)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    unpacked = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(wheel=str(unpacked))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("gex/levels\n") and "67,000" in done.stdout
