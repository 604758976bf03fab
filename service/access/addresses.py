"""Where a request comes from, and whether an address is the machine's own."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_LONGEST_CHAIN = 32
_COUNTED_IPV6_BITS = 64


def parse_networks(text: str | None) -> tuple[IPNetwork, ...]:
    """`10.0.0.0/8, 192.0.2.7` → networks. Raises `ValueError` that names what is none."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    try:
        return tuple(ipaddress.ip_network(name, strict=False) for name in names)
    except ValueError as error:
        raise ValueError(f"{error}; addresses or networks are wanted: 10.0.0.0/8,::1") from None


def client_address(
    peer: str | None, forwarded: Iterable[str], proxies: Sequence[IPNetwork]
) -> IPAddress | None:
    """The address that a request comes from; `None` for a peer without one (a Unix socket).

    `forwarded` are the values of `X-Forwarded-For`. They are believed from right to left as long
    as the address to the right belongs to a trusted proxy: what stands further left, anybody can
    have written.
    """
    address = _address(peer or "")
    if address is None or not _is_in(address, proxies):
        return address
    chain = [name for value in forwarded for name in value.split(",")]
    for name in reversed(chain[-_LONGEST_CHAIN:]):
        nearer = _address(name.strip())
        if nearer is None:
            break
        address = nearer
        if not _is_in(address, proxies):
            break
    return address


def counted_as(address: IPAddress) -> str:
    """The name under which requests of an address are counted.

    An IPv6 host usually owns a whole /64 network, so that is what counts.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, _COUNTED_IPV6_BITS), strict=False))


def is_loopback_host(host: str) -> bool:
    """Whether listening on a host, by name or address, reaches this machine alone.

    Every address that the name resolves to has to be loopback. Raises `OSError` for a name that
    cannot be resolved.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    addresses = [_address(str(entry[4][0])) for entry in found]
    return all(address is not None and address.is_loopback for address in addresses)


def peer_is_in(peer: str, networks: Sequence[IPNetwork]) -> bool:
    """Whether the other end of a connection belongs to one of the networks."""
    address = _address(peer)
    return address is not None and _is_in(address, networks)


def _address(name: str) -> IPAddress | None:
    """`192.0.2.7`, `192.0.2.7:4711`, `[2001:db8::1]:80`, `::ffff:192.0.2.7` → an address."""
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_in(address: IPAddress, networks: Sequence[IPNetwork]) -> bool:
    return any(address in network for network in networks)
