"""`docs/clients.md` names the clients that are tried, in the versions they are tried in."""

from .environments import CLIENTS
from .page import rows


def test_the_page_has_a_row_for_each_client_with_its_version_and_note() -> None:
    cells = {name: row.strip("| ").split(" | ") for name, row in rows().items()}
    assert list(cells) == [client.name for client in CLIENTS]
    for client in CLIENTS:
        assert cells[client.name][1] == " ".join(client.package)
        assert not client.note or cells[client.name][-1] == client.note


def test_every_package_has_its_exact_version() -> None:
    for client in CLIENTS:
        for package in client.environment.pip:
            assert "==" in package
        for package in client.environment.npm:
            assert package.rsplit("@", 1)[1][0].isdigit()
