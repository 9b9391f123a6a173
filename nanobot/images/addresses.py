"""Which network addresses are the public internet. Imports nothing of nanobot.

Judged by number at the moment of connecting, so that neither odd notations nor names that resolve inwards get past.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# https://www.iana.org/assignments/iana-ipv6-special-registry
_NAT64 = IPv6Network("64:ff9b::/96")
_TRANSLATING = (IPv6Network("64:ff9b:1::/48"), IPv6Network("2002::/16"), IPv6Network("2001::/32"))
_FOR_DOCUMENTS = IPv6Network("3fff::/20")  # which Python knows only since 3.13
_IPV4_BITS = 0xFFFF_FFFF
# Public by number for Python or the world, yet used by clouds within:
# https://www.iana.org/assignments/iana-ipv4-special-registry (192.0.0.0/24, where Oracle's metadata live) and
# https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
_CLOUDS_OWN = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))


def is_public(address: str) -> bool:
    """Tell whether `address`, a number in the notation of `getsockname`, is anybody's on the internet."""
    try:
        number = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public_v6(number) if isinstance(number, IPv6Address) else _is_public_v4(number)


def _is_public_v6(number: IPv6Address) -> bool:
    if number.ipv4_mapped is not None:
        return _is_public_v4(number.ipv4_mapped)
    if number in _NAT64:
        return _is_public_v4(IPv4Address(int(number) & _IPV4_BITS))
    if number.is_multicast or number.is_reserved or number.is_site_local or not number.is_global:
        return False
    return not any(number in network for network in (*_TRANSLATING, _FOR_DOCUMENTS))


def _is_public_v4(number: IPv4Address) -> bool:
    if number.is_multicast or number.is_reserved or not number.is_global:
        return False
    return not any(number in network for network in _CLOUDS_OWN)
