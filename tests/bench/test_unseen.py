"""What answers to payloads of no known shape keep, per endpoint, and which facts they lose."""

import pytest

from tests.contract.unseen.report import PATHS, report

pytestmark = pytest.mark.bench


def test_facts_kept_on_unseen_payloads() -> None:
    print("", *report(PATHS, facts=True), sep="\n")
