"""What only a process of its own can show: what it imports, what it writes."""

import subprocess
import sys

import pytest

SECRET = 'hunter2"\\hunter2'


def test_importing_views_does_not_import_jinja() -> None:
    code = "import sys, bq_mcp.views; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_server_is_ready_to_list_its_tools_without_what_only_http_needs() -> None:
    code = (
        "import sys\nfrom bq_mcp.cli.serve import make_server\nfrom bq_mcp.compose import compose\n"
        "from bq_mcp.settings import Settings\nmake_server(compose(Settings()))\n"
        "sys.exit(not {'httpx', 'bq_mcp.access'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "end",
    [
        "raise RuntimeError(secret)",
        "import warnings; warnings.warn(secret)",
        "import logging; logging.getLogger('mcp').error('%s', secret)",
        "import threading; threading.Thread(target=int, args=(secret,)).start()",
        "sys.stderr.writelines([secret, secret.upper()])",
        "print(secret, file=sys.stderr)",
    ],
)
def test_whatever_writes_to_standard_error_writes_no_secret(end: str) -> None:
    code = (
        "import sys\nfrom bq_mcp.logs import redact_stderr\nfrom bq_mcp.text import MASK\n"
        f"secret = {SECRET!r}\nMASK.add(secret)\nredact_stderr()\nredact_stderr()\n{end}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "[key]" in done.stderr
    assert "hunter2" not in done.stderr.lower()
