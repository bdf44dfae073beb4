"""Where a request came from, as far as it may be believed and kept."""

from __future__ import annotations

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

IPV4_NETWORK_BITS = 24
IPV6_NETWORK_BITS = 48

# The first that matches wins: browsers name each other for compatibility.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("AlipayClient", "支付宝"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("OPR", "Opera"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def address(request: HttpRequest) -> str:
    """Return the client's IP address, or ``""`` where there is none (a Unix socket without a proxy).

    With TRUSTED_PROXY_COUNT proxies of our own in front, the address is the one that the outermost of them wrote into
    ``X-Forwarded-For``; whatever stands left of it was written by the client and is not believed.
    """
    count = settings.TRUSTED_PROXY_COUNT
    candidate = request.META.get("REMOTE_ADDR", "")
    if count:
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(forwarded) >= count:
            candidate = forwarded[-count]
    try:
        return str(ipaddress.ip_address(candidate.strip("[]")))
    except ValueError:
        return ""


def network(ip: str) -> str:
    """Return the network that an address belongs to, ``203.0.113.0/24`` or ``2001:db8::/48``; ``""`` for no address."""
    try:
        parsed = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    bits = IPV4_NETWORK_BITS if parsed.version == 4 else IPV6_NETWORK_BITS
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False))


def device(user_agent: str) -> str:
    """Return a short name of browser and system (``Chrome · Windows``), enough to recognise one's own device."""
    browser = next((name for mark, name in _BROWSERS if re.search(rf"\b{mark}\b|{mark}/", user_agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)
