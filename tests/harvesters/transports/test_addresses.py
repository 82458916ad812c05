"""What strangers may send us to: public addresses, and what an operator allowed; nothing else."""

import socket
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.transports.addresses import (
    PUBLIC,
    AddressRefusedError,
    HostNotFoundError,
    Place,
    Reach,
)

FORGE = Place("https", "forge.example", 443)
HERE = Place("http", "127.0.0.1", 80)


@pytest.fixture
def names(monkeypatch):
    """A name server: what each name means now; numbers mean themselves."""
    told = {}
    really = socket.getaddrinfo

    def look_up(host, port, *arguments, **options):
        if host not in told:
            return really(host, port, *arguments, **options)
        return [
            entry
            for number in told[host]
            for entry in really(number, port, type=socket.SOCK_STREAM)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return told


PUBLIC_NUMBERS = [
    "140.82.121.4",
    "2606:50c0:8000::153",
    "::ffff:140.82.121.4",
    "64:ff9b::8c52:7904",
]
CLOSED_NUMBERS = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.9.9.9"),
    *("169.254.169.254", "169.254.1.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1"),
    *("192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("239.1.1.1", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "fe80::1"),
    *("fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "64:ff9b::7f00:1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001::1", "2001:db8::1", "2002:7f00:1::1"),
    *("2002:a9fe:a9fe::1", "2002:a00:1::", "3fff::1", "4000::1"),
]


@pytest.mark.parametrize("number", PUBLIC_NUMBERS)
def test_a_public_address_is_reached(names, number):
    names["forge.example"] = [number]

    assert [told[0] for _, told in PUBLIC.resolve(FORGE)] == [number]


@pytest.mark.parametrize("number", CLOSED_NUMBERS)
def test_an_address_that_is_not_public_is_refused(names, number):
    names["forge.example"] = [number]

    with pytest.raises(AddressRefusedError, match="OPENCREDITS_FORGE_HOSTS"):
        PUBLIC.resolve(FORGE)


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost", "0"]
)
def test_this_machine_is_refused_however_it_is_written(host):
    with pytest.raises(AddressRefusedError):
        PUBLIC.resolve(Place.of(f"https://{host}/"))


def test_one_closed_address_among_public_ones_spoils_them_all(names):
    names["forge.example"] = ["140.82.121.4", "10.0.0.1"]

    with pytest.raises(AddressRefusedError):
        PUBLIC.resolve(FORGE)


def test_a_name_without_an_address_is_told():
    with pytest.raises(HostNotFoundError, match=r"nowhere\.invalid has no address"):
        PUBLIC.resolve(Place("https", "nowhere.invalid", 443))


def test_plain_http_is_only_for_what_an_operator_named(names):
    names["forge.example"] = ["140.82.121.4"]
    place = Place("http", "forge.example", 80)

    for reach in (PUBLIC, Reach.of("10.0.0.0/8"), Reach.of("other.example")):
        with pytest.raises(AddressRefusedError, match="not encrypted"):
            reach.resolve(place)
    assert Reach.of("forge.example").resolve(place)


# What an operator allows


@pytest.mark.parametrize(
    ("setting", "number"),
    [
        ("forge.example", "10.0.0.1"),
        ("other.example,FORGE.example", "127.0.0.1"),
        ("forge.example", "fd12::1"),
        ("10.0.0.0/8", "10.9.9.9"),
        ("10.0.0.7", "10.0.0.7"),
        ("10.0.0.0/8", "::ffff:10.9.9.9"),
        ("169.254.0.0/16", "169.254.1.1"),
        ("fd00::/8 10.0.0.0/8", "fd12::1"),
    ],
)
def test_what_an_operator_named_is_reached(names, setting, number):
    names["forge.example"] = [number]

    assert Reach.of(setting).resolve(FORGE)
    assert Reach.of(setting).resolve(Place("http", "forge.example", 80))


@pytest.mark.parametrize(
    ("setting", "number"),
    [
        ("forge.example", "169.254.1.1"),
        ("forge.example", "169.254.169.254"),
        ("forge.example", "fd00:ec2::254"),
        ("forge.example", "224.0.0.1"),
        ("example", "10.0.0.1"),
        ("10.0.0.0/8", "192.168.0.1"),
        ("0.0.0.0/0 ::/0", "169.254.169.254"),
        ("0.0.0.0/0 ::/0", "::ffff:169.254.169.254"),
    ],
)
def test_what_an_operator_did_not_name_is_not_reached(names, setting, number):
    names["forge.example"] = [number]

    with pytest.raises(AddressRefusedError):
        Reach.of(setting).resolve(FORGE)


@pytest.mark.parametrize("setting", ["10.0.0.0/99", "https://forge.example", "a..b", "-x", "ключ"])
def test_a_setting_that_names_nothing_is_refused(setting):
    with pytest.raises(ValueError, match="neither a host, nor an address"):
        Reach.of(setting)


def test_a_forge_of_ones_own_on_this_machine_needs_no_setting():
    assert PUBLIC.with_own("http://127.0.0.1:3000/api").resolve(Place("http", "127.0.0.1", 3000))
    assert PUBLIC.with_own("http://[::1]:3000").networks == (ip_network("::1"),)
    assert PUBLIC.with_own("http://localhost:3000").resolve(Place("http", "localhost", 3000))


@pytest.mark.parametrize(
    "base", ["https://10.0.0.1", "http://169.254.169.254", "https://a.example"]
)
def test_a_forge_of_ones_own_elsewhere_does(base):
    assert PUBLIC.with_own(base) == PUBLIC


# How addresses are read


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://Forge.Example/a/b?c#d", FORGE),
        ("https://forge.example:8443", Place("https", "forge.example", 8443)),
        ("http://127.0.0.1/x", HERE),
        ("https://[2606:50c0::1]:1/x", Place("https", "2606:50c0::1", 1)),
        ("https://xn--55qx5d.example/", Place("https", "xn--55qx5d.example", 443)),
    ],
)
def test_an_address_leads_to_one_place(address, place):
    assert Place.of(address) == place


@pytest.mark.parametrize(
    "address",
    [
        *("", "forge.example", "//forge.example", "ftp://forge.example", "file:///etc/passwd"),
        *("https://", "https:///x", "https://a:b@forge.example/", "https://forge.example@10.0.0.1"),
        *("https://forge.example\\@10.0.0.1/", "https://forge.example:99999/", "https://a:b"),
        *("https://forge.example\n/", "https://forge.example /", "https://视觉.example/"),
        *(
            "https://forge.example%2f@x/",
            "https://[fe80::1%25eth0]/",
            "https://[::1",
            "https://a..b",
        ),
        *(
            "https://forge.example./",
            f"https://{'a' * 64}.example",
            "https://-a.example",
            "HTTPS:x",
        ),
    ],
)
def test_an_address_that_two_readers_may_read_differently_is_refused(address):
    with pytest.raises(AddressRefusedError):
        Place.of(address)


@given(st.text() | st.text().map("https://{}/".format) | st.text("[]:@/\\.%#?a1", max_size=30))
def test_any_address_is_read_or_refused_by_name(address):
    try:
        place = Place.of(address)
    except AddressRefusedError:
        return
    assert place.host in address.lower()


# One step


def test_what_was_checked_is_what_is_connected_to(names, monkeypatch):
    reached = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: reached.append(address))
    answers = iter([["140.82.121.4"], ["127.0.0.1"]])
    monkeypatch.setitem(names, "forge.example", ["140.82.121.4"])
    really = socket.getaddrinfo

    def rebinding(host, *arguments, **options):
        names["forge.example"] = next(answers)
        return really(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)

    PUBLIC.connect(FORGE, 1).close()
    with pytest.raises(AddressRefusedError):
        PUBLIC.connect(FORGE, 1)

    assert reached == [("140.82.121.4", 443)]


def test_the_next_address_is_tried_where_one_does_not_answer(names):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        names["forge.example"] = ["::1", "127.0.0.1"]
        reach = Reach.of("forge.example")

        with reach.connect(Place("http", "forge.example", port), 1) as opened:
            assert opened.getpeername() == ("127.0.0.1", port)


def test_nobody_at_home_is_an_error_of_the_network():
    with pytest.raises(ConnectionRefusedError):
        Reach.of("127.0.0.1").connect(Place("http", "127.0.0.1", 9), 1)
