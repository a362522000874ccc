"""`broker`: whether the broker takes this device's certificate. A whole TLS handshake, and no more: a second client of
the same name would throw the agent's own connection out."""

import socket
import ssl
import time

from agent.doctor.check import Check, Finding, failed, ok
from agent.doctor.patient import Patient
from agent.errors import BrokerError
from agent.uplink.mqtt import tls_context

CONNECT_S = 4.0
VERDICT_S = 1.0
"""In TLS 1.3 a server says only after the handshake that it does not like a certificate; who likes it says nothing."""


class Broker(Check):
    name = "broker"
    title = "Broker"
    means = (
        "The MQTT broker is reached, is the hub's own, and accepts this device's certificate (a whole TLS handshake)."
    )
    advice = "Does the hub run, and may this network reach the broker's port?"
    limit_s = 12.0

    def look(self, patient: Patient) -> Finding:
        config = patient.config
        where = f"{config.hub.mqtt_host}:{config.hub.mqtt_port}"
        try:
            context = tls_context(config.tls, config.booth)
            took_ms, version = _shake_hands(context, config.hub.mqtt_host, config.hub.mqtt_port)
        except BrokerError as error:
            return failed(str(error)[:300], advice="Enrol the device again: invigil device enrol.")
        except ssl.SSLError as error:
            return failed(f"{where}: {error.reason or error}"[:300], advice=_advice(error))
        except OSError as error:
            return failed(f"{where} is not reached: {error.strerror or error or type(error).__name__}"[:300])
        return ok(f"{where} took the certificate within {took_ms:.0f} ms ({version})", round(took_ms, 1), "ms")


def _shake_hands(context: ssl.SSLContext, host: str, port: int) -> tuple[float, str]:
    """Milliseconds to the end of the handshake, and the version of TLS. Raises `OSError`."""
    began_s = time.monotonic()
    with (
        socket.create_connection((host, port), CONNECT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        took_ms, version = (time.monotonic() - began_s) * 1000, secured.version() or "TLS"
        secured.settimeout(VERDICT_S)
        try:
            heard = secured.recv(1)
        except TimeoutError:
            return took_ms, version
        if not heard:
            raise ConnectionResetError(0, "the broker hung up after the handshake; it may not know this certificate")
        return took_ms, version


def _advice(error: ssl.SSLError) -> str:
    reason = str(error).lower()
    if "expired" in reason or "not yet valid" in reason:
        return "A certificate is outside its time: check this device's clock; if it is right, enrol the device again."
    if "verify_failed" in reason:
        return "This device does not trust the broker: another hub's, or a new authority. Enrol the device again."
    if "revoked" in reason:
        return "The hub has revoked this device's certificate: enrol it again with a new claim code."
    return "The broker does not take this device's certificate: enrol the device again."
