"""`docs/clients.md` names the clients that are tried, in the versions they are tried in."""

from .environments import CLIENTS
from .page import rows


def test_the_page_has_a_row_for_each_client_with_its_version_and_note() -> None:
    assert list(rows()) == [client.name for client in CLIENTS]
    for client in CLIENTS:
        assert rows()[client.name]["package"] == " ".join(client.package)
        assert rows()[client.name]["note"] == client.note


def test_every_client_is_tried_over_both_transports() -> None:
    for row in rows().values():
        assert row["over stdio"] and row["over HTTP"]


def test_every_package_has_its_exact_version() -> None:
    for client in CLIENTS:
        for package in client.environment.pip:
            assert "==" in package
        for package in client.environment.npm:
            assert package.rsplit("@", 1)[1][0].isdigit()
