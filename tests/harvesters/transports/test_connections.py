"""Connections to checked addresses: the name stays in the certificate, the number is ours."""

import datetime as dt
import socket
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harvesters.forge import ForgeBusyError
from harvesters.transports.addresses import AddressRefusedError, Reach
from harvesters.transports.rest import RestApi
from tests.simulator import ForgeSimulator, Reply

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)


def world(request):
    return Reply.of({"host": request.headers["host"]})


@pytest.fixture
def simulator():
    with ForgeSimulator(world).serving() as started:
        yield started


@pytest.fixture
def names(monkeypatch):
    """What ``forge.example`` means, one answer of the name server after the other."""
    told = []
    really = socket.getaddrinfo

    def look_up(host, port, *arguments, **options):
        number = told.pop(0) if host == "forge.example" else host
        return really(number, port, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return told


def api_of(simulator, setting, scheme="http"):
    port = simulator.url.rpartition(":")[2]
    base = f"{scheme}://forge.example:{port}"
    return RestApi(base, "secret", lambda: NOW, timeout=5, reach=Reach.of(setting))


def test_the_host_is_named_to_the_forge_and_the_checked_number_is_called(simulator, names):
    names += ["127.0.0.1"]

    answer = api_of(simulator, "forge.example").request("GET", "/")

    assert answer.body["host"].startswith("forge.example:")


def test_a_name_that_moves_between_two_requests_is_checked_again(simulator, names):
    names += ["127.0.0.1", "169.254.169.254"]
    api = api_of(simulator, "forge.example")
    simulator.world = lambda _: Reply.of({}, connection="close")
    api.request("GET", "/")

    with pytest.raises(AddressRefusedError):
        api.request("GET", "/")

    assert len(simulator.requests) == 1
    assert names == []


def test_a_redirect_to_the_same_name_cannot_lead_elsewhere(simulator, names):
    names += ["127.0.0.1", "169.254.169.254"]
    simulator.world = lambda _: Reply(302, {"location": "/latest", "connection": "close"})

    with pytest.raises(AddressRefusedError):
        api_of(simulator, "forge.example").request("GET", "/")


def test_a_name_without_an_address_is_asked_for_later(simulator, names):
    names += ["nowhere.invalid"] * 3

    with pytest.raises(ForgeBusyError):
        api_of(simulator, "forge.example").request("GET", "/")


@pytest.mark.parametrize("setting", ["", "10.0.0.0/8", "other.example"])
def test_this_machine_is_not_reached_by_a_name_of_a_stranger(simulator, names, setting):
    names += ["127.0.0.1"]

    with pytest.raises(AddressRefusedError):
        api_of(simulator, setting, "https").request("GET", "/")
    assert simulator.requests == []


# Encrypted


@pytest.fixture
def encrypted(simulator, tmp_path, monkeypatch):
    """The simulator by https, with a certificate for ``forge.example`` that we trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forge.example")])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("forge.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "forge.pem"
    encoding = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(encoding)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    simulator.asked_for = []
    context.sni_callback = lambda _socket, host, _context: simulator.asked_for.append(host)
    server = simulator._server
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    return simulator


def test_the_certificate_is_one_for_the_name(encrypted, names):
    names += ["127.0.0.1"]

    answer = api_of(encrypted, "forge.example", "https").request("GET", "/")

    assert answer.body["host"].startswith("forge.example:")
    assert encrypted.asked_for == ["forge.example"]


def test_a_certificate_of_somebody_else_is_refused_by_name(encrypted, names, monkeypatch):
    names += ["127.0.0.1"]
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")

    with pytest.raises(AddressRefusedError, match="REQUESTS_CA_BUNDLE"):
        api_of(encrypted, "forge.example", "https").request("GET", "/")
    assert encrypted.requests == []
