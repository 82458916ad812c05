"""Which addresses a harvest may reach: public ones, and those that an operator allowed.

Addresses come from strangers: as sources, redirects, pages. A name is resolved, every answer is
checked, and one of the checked answers is connected to, as one step: a name server that changes
its mind in between (DNS rebinding) changes nothing. The tables follow IANA's special-purpose
registries (RFC 6890), written out because ``is_private`` differs between versions of Python.
"""

import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Self
from urllib.parse import urlsplit

from harvesters.forge import ForgeError
from harvesters.transports.guard import checked

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Target = tuple[socket.AddressFamily, Any]
"""A family, and an address as the sockets of that family take it."""

PORTS = {"https": 443, "http": 80}
SETTING = "OPENCREDITS_FORGE_HOSTS"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_CLEAN = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII without the backslash, which some readers take for a slash."""


class AddressRefusedError(ForgeError):
    """The address leads to where nobody allowed us to go."""


class HostNotFoundError(ForgeError):
    """The name of the host has no address, or no name server answers now."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address leads: two with the same place are of the same origin."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, address: str) -> Self:
        """Read ``address`` in the one way in which every reader reads it.

        Raises:
            AddressRefusedError: there are two ways, or none.
        """
        try:
            parts = urlsplit(address if _CLEAN.fullmatch(address) else "")
            port = PORTS[parts.scheme] if parts.port is None else parts.port
            host = _checked_host(parts.hostname or "")
        except (KeyError, ValueError) as error:
            raise AddressRefusedError(
                f"'{address:.200}' is no address of a forge. Write https://HOST/PATH."
            ) from error
        if "@" in parts.netloc:
            raise AddressRefusedError("An address of a forge may not hold a name and a password.")
        return cls(parts.scheme, host, port)


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be reached besides public addresses by https: as an operator says.

    A named host may stand in a private network or on this machine, and be asked by plain http; so
    may every address of a network. The addresses where clouds tell secrets stay closed.
    """

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, text: str) -> Self:
        """Read hosts, addresses and networks (CIDR) with spaces or commas between.

        Raises:
            ValueError: with what is none of them.
        """
        hosts, networks = set(), []
        for item in text.lower().replace(",", " ").split():
            try:
                networks.append(ip_network(item, strict=False))
            except ValueError:
                hosts.add(_checked_name(item))
        return cls(frozenset(hosts), tuple(networks))

    def with_own(self, base_url: str) -> Self:
        """Also this machine, if the operator's own ``base_url`` names it as such."""
        host = Place.of(base_url).host
        if host == "localhost":
            return replace(self, hosts=self.hosts | {host})
        number = _number(host)
        if number is None or not number.is_loopback:
            return self
        return replace(self, networks=(*self.networks, ip_network(number)))

    def resolve(self, place: Place) -> list[Target]:
        """Every address of ``place``, checked; one that is refused spoils them all.

        Raises:
            AddressRefusedError: one of them may not be reached.
            HostNotFoundError: there is none.
        """
        if place.scheme == "http" and not self.networks and place.host not in self.hosts:
            raise _unencrypted(place)
        targets = list(dict.fromkeys(_looked_up(place)))
        for _, told in targets:
            self._check(place, ip_address(told[0].partition("%")[0]))
        return targets

    def connect(self, place: Place, timeout: float | None) -> socket.socket:
        """A socket to one of the addresses of ``place``, opened within ``timeout`` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        fault = OSError("no address")
        for family, told in self.resolve(place):
            try:
                return _connected(family, told, end)
            except OSError as error:
                fault = error
        raise fault

    def _check(self, place: Place, told: Address) -> None:
        address = _meant(told)
        if address in _SECRETS:
            raise _refused(place)
        if any(address in network for network in self.networks):
            return
        is_public = _is_public(address)
        if place.host in self.hosts and (is_public or _is_inside(address)):
            return
        if not is_public:
            raise _refused(place)
        if place.scheme == "http":
            raise _unencrypted(place)


PUBLIC = Reach()


def authorities() -> str | bool:
    """Who signs the certificates that we trust: a file, or True for those that everybody does."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or True


def _looked_up(place: Place) -> Iterator[Target]:
    try:
        with checked(place.host):
            found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise HostNotFoundError(f"{place.host} has no address: {error.strerror}.") from error
    for family, _kind, _protocol, _name, told in found:
        if family in {socket.AF_INET, socket.AF_INET6}:
            yield family, told


def _connected(family: socket.AddressFamily, told: Any, end: float | None) -> socket.socket:
    with ExitStack() as stack:
        opened = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if end is not None:
            opened.settimeout(max(0.001, end - time.monotonic()))
        with checked("", told):
            opened.connect(told)
        stack.pop_all()
        return opened


def _meant(address: Address) -> Address:
    """The IPv4 address inside of an IPv6 one (RFC 4291, RFC 3056, RFC 6052), or itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED)
    return address in _UNICAST and not any(address in network for network in _CLOSED_V6)


def _is_inside(address: Address) -> bool:
    return any(address in network for network in _INSIDE)


def _number(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _checked_host(host: str) -> str:
    return host if _number(host) and "%" not in host else _checked_name(host)


def _checked_name(host: str) -> str:
    if not _NAME.fullmatch(host):
        raise ValueError(f"'{host:.100}' is neither a host, nor an address, nor a network")
    return host


def _refused(place: Place) -> AddressRefusedError:
    return AddressRefusedError(
        f"{place.host} does not stand at a public address, so it is not asked. If it is a forge "
        f"of yours, name it in {SETTING}."
    )


def _unencrypted(place: Place) -> AddressRefusedError:
    return AddressRefusedError(
        f"http://{place.host} is not encrypted. Write https://, or, if it is a forge of yours, "
        f"name it in {SETTING}."
    )


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(item) for item in text.split())


_INSIDE = _networks("127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 ::1/128 fc00::/7")
_CLOSED = _networks(
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
    " 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24"
    " 224.0.0.0/4 240.0.0.0/4"
)
_UNICAST = ip_network("2000::/3")
_CLOSED_V6 = _networks("2001::/23 2001:db8::/32 2002::/16 3fff::/20")
_NAT64 = ip_network("64:ff9b::/96")
_SECRETS = frozenset(
    network[0]
    for network in _networks(
        "169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 fd00:ec2::254 fd20:ce::254"
    )
)
