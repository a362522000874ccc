"""`name_resolution`: whether the names of hub and broker lead to addresses."""

import socket
import time
from ipaddress import ip_address
from urllib.parse import urlsplit

from agent.doctor.check import Check, Finding, failed, not_applicable, ok, warning
from agent.doctor.patient import Patient

SLOW_MS = 2000.0


class NameResolution(Check):
    name = "name_resolution"
    title = "Name resolution"
    means = "The names of hub and broker in device.toml lead to addresses (DNS, mDNS or /etc/hosts)."
    advice = "Check the network cable or Wi-Fi, and the name server: resolvectl status. Spelt right in device.toml?"
    limit_s = 8.0

    def look(self, patient: Patient) -> Finding:
        hub = patient.config.hub
        names = dict.fromkeys(name for name in (urlsplit(hub.url).hostname, hub.mqtt_host) if name)
        asked = [name for name in names if not _is_address(name)]
        if not asked:
            return not_applicable("hub and broker are named by their addresses")
        began_s = time.monotonic()
        for name in asked:
            try:
                socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:  # the latter for what no name looks like
                return failed(f"{name} leads nowhere: {getattr(error, 'strerror', None) or error}")
        took_ms = round((time.monotonic() - began_s) * 1000, 1)
        said = f"{' and '.join(asked)} found in {took_ms:.0f} ms"
        return warning(f"{said}, which is slow", took_ms, "ms") if took_ms > SLOW_MS else ok(said, took_ms, "ms")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
