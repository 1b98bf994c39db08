"""The page of promises names only tests there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_promise_of_the_security_page_has_a_test_there_is() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|") and "---" not in line]
    promises = [row for row in rows if not row.startswith("| promise")]
    assert len(promises) >= 15
    for row in promises:
        tests = re.findall(r"`([\w/]+(?:\.py|/))`", row.rsplit("|", 2)[1])
        assert tests, row
        assert all((ROOT / "tests" / test).exists() for test in tests), tests


def test_the_security_page_is_one_page() -> None:
    assert len((ROOT / "docs" / "security.md").read_text("utf-8").splitlines()) <= 60
