"""Certificates, proxies and names that do not work: told apart, with the variable to change."""

import ipaddress
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.tls import TLSListener
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bq_mcp.access.jwks import fetch
from bq_mcp.client.model import Request
from bq_mcp.client.transport import HttpTransport
from bq_mcp.errors import (
    BackQuantError,
    CertificateError,
    ConfigError,
    ProxyFaultError,
    UnreachableError,
)

from .loopback import Misbehave, free_port, head, read_request, saying, serving

pytestmark = pytest.mark.anyio

KEY = "bq_live_0123456789abcdefghijklmnopqrstuv"
GOOD = b'{"success": true, "data": 1, "meta": {}}'
THIS_MACHINE = "127.0.0.1"


@pytest.fixture(autouse=True)
def _no_machine_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def certificate(folder: Path, *, host: str = THIS_MACHINE, days: tuple[int, int] = (-1, 1)) -> Path:
    """Write a certificate that signed itself, and its key, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


@asynccontextmanager
async def secure(file: Path) -> AsyncIterator[str]:
    """Serve a good reply over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    plain = await anyio.create_tcp_listener(local_host=THIS_MACHINE)
    port = plain.extra(SocketAttribute.local_port)

    async def answer(stream: Any) -> None:
        async with stream:
            await read_request(stream)
            await saying(GOOD)(stream)

    listener = TLSListener(plain, context, standard_compatible=False)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, answer)
        yield f"https://{THIS_MACHINE}:{port}"
        tasks.cancel_scope.cancel()


async def send(base_url: str) -> bytes:
    wire = HttpTransport(base_url, key=KEY, user_agent="test", phase_timeout=5.0)
    with anyio.fail_after(20):
        async with wire:
            return (await wire.send(Request("/gex/levels"))).body


async def fault(base_url: str) -> BackQuantError:
    with pytest.raises(BackQuantError) as caught:
        await send(base_url)
    assert KEY not in caught.value.message
    assert "gex" not in caught.value.message
    return caught.value


async def test_a_certificate_nobody_knows_is_named_with_the_variable(tmp_path: Path) -> None:
    async with secure(certificate(tmp_path)) as base_url:
        error = await fault(base_url)
    assert type(error) is CertificateError
    assert "certificate of the service was not accepted: self-signed" in error.message
    assert "SSL_CERT_FILE" in error.message


async def test_a_certificate_that_the_variable_names_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with secure(file) as base_url:
        assert await send(base_url) == GOOD


async def test_signing_keys_come_from_a_certified_address_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    async with secure(file) as base_url:
        with pytest.raises(UnreachableError):
            await fetch(base_url)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert await fetch(base_url) == GOOD


async def test_a_certificate_of_another_host_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, host="127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with secure(file) as base_url:
        error = await fault(base_url)
    assert type(error) is CertificateError
    assert "mismatch" in error.message and "check BACKQUANT_BASE_URL" in error.message


@pytest.mark.parametrize("days", [(-9, -8), (8, 9)])
async def test_a_certificate_of_another_time_asks_for_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: tuple[int, int]
) -> None:
    file = certificate(tmp_path, days=days)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with secure(file) as base_url:
        error = await fault(base_url)
    assert type(error) is CertificateError
    assert "check the clock of this machine" in error.message


async def test_a_plain_server_behind_https_is_told() -> None:
    async def plain(stream: SocketStream) -> None:
        async with stream:
            await stream.send(head("400 Bad Request"))

    listener = await anyio.create_tcp_listener(local_host=THIS_MACHINE)
    port = listener.extra(SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, plain)
        error = await fault(f"https://{THIS_MACHINE}:{port}")
        tasks.cancel_scope.cancel()
    assert type(error) is CertificateError
    assert "TLS" in error.message


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
async def test_certificates_that_cannot_be_read_name_their_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    odd = tmp_path / "odd.pem"
    odd.write_text("no certificate")
    monkeypatch.setenv(name, str(odd if name == "SSL_CERT_FILE" else odd / "absent"))
    error = await fault(f"https://{THIS_MACHINE}:1")
    if name == "SSL_CERT_FILE":
        assert type(error) is ConfigError
        assert error.message == f"{name} names no certificates that can be read"
    assert str(tmp_path) not in error.message


@asynccontextmanager
async def proxied(
    monkeypatch: pytest.MonkeyPatch, answer: Misbehave, variable: str = "HTTPS_PROXY"
) -> AsyncIterator[None]:
    async with serving(answer) as proxy_url:
        monkeypatch.setenv(variable, proxy_url.replace("//", "//user:hunter2@"))
        yield


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    "status", ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"]
)
async def test_a_proxy_that_refuses_is_named_with_its_status(
    monkeypatch: pytest.MonkeyPatch, status: str, variable: str
) -> None:
    async with proxied(monkeypatch, saying(b"<html>no</html>", status), variable):
        error = await fault("https://api.invalid")
    assert type(error) is ProxyFaultError
    assert error.message == f"the proxy of {variable.upper()} refused to connect: {status}"


async def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@{THIS_MACHINE}:{free_port()}")
    error = await fault("https://api.invalid")
    assert type(error) is ProxyFaultError
    assert error.message.startswith("no connection through the proxy of HTTPS_PROXY: nobody")


async def test_a_host_without_proxy_is_asked_straight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("NO_PROXY", "localhost,::1/128,127.0.0.0/8,[::1")
    async with proxied(monkeypatch, saying(b"", "403 Forbidden")), secure(file) as base_url:
        assert await send(base_url) == GOOD


@pytest.mark.parametrize("value", ["socks5://user:hunter2@127.0.0.1:1", "socks5h://127.0.0.1:1"])
async def test_a_socks_proxy_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    error = await fault("https://api.invalid")
    assert type(error) is ConfigError
    assert error.message.startswith("ALL_PROXY names a SOCKS proxy")
    assert "hunter2" not in error.message


async def test_a_socks_proxy_that_does_not_count_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", THIS_MACHINE)
    async with secure(file) as base_url:
        assert await send(base_url) == GOOD


class Finder:
    """Notes which modules are looked for, and finds none."""

    def __init__(self) -> None:
        self.sought: list[str] = []

    def find_spec(self, name: str, *_: object) -> None:
        self.sought.append(name)


async def test_no_request_looks_for_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = Finder()
    async with serving(saying(GOOD)) as base_url:
        await send(base_url)
        monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
        await send(base_url)
    assert finder.sought == []


async def test_a_name_nobody_knows_is_told() -> None:
    error = await fault("https://api.invalid")
    assert type(error) is UnreachableError
    assert "the name of its host is not known" in error.message


async def test_an_address_where_nobody_listens_is_told() -> None:
    error = await fault(f"https://{THIS_MACHINE}:{free_port()}")
    assert type(error) is UnreachableError
    assert error.message == "no connection to the service: nobody listens at its address"
