"""What a Mosquitto is told: one listener with mutual TLS, where a client is whoever its certificate names."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract.topics import (
    FROM_BOOTH,
    HUB_STATUS,
    MAX_PAYLOAD_BYTES,
    PREFIX,
    TO_BOOTH,
    booth_topic,
    hub_common_name,
)

MAX_PACKET_BYTES: Final = 4 * MAX_PAYLOAD_BYTES
"""What is over the contract's limit but under this one still passes, for the hub to count and answer, so that the booth
forgets it. `message_size_limit` would refuse it with a reason code that MQTT clients do not know for a PUBACK, and they
connect and send it again for ever. More than this ends the sender's connection."""
QUEUED_BYTES: Final = 64 * 2**20
"""What waits at the broker for one client, at most; booths send again what does not fit."""


@dataclass(frozen=True, slots=True)
class Listener:
    port: int
    host: str
    """Empty for every address."""
    ca: Path
    certificate: Path
    key: Path
    access: Path
    revoked: Path
    """List of certificates that are good no more; read again on SIGHUP."""
    user: str = ""
    """Whom a Mosquitto that is started by root becomes; empty for its own default."""


def configuration(listener: Listener) -> str:
    """Nothing is kept by the broker: durability is the outbox's and the database's."""
    lines = [
        f"listener {listener.port} {listener.host}".rstrip(),
        "socket_domain ipv6" if ":" in listener.host else "",
        f"cafile {listener.ca}",
        f"certfile {listener.certificate}",
        f"keyfile {listener.key}",
        f"crlfile {listener.revoked}",
        # Our own agent and hub speak 1.3, so nothing older is needed.
        "tls_version tlsv1.3",
        "require_certificate true",
        "use_identity_as_username true",
        # Or a booth could take over another's connection by using its client id.
        "use_username_as_clientid true",
        "allow_anonymous false",
        f"acl_file {listener.access}",
        f"user {listener.user}" if listener.user else "",
        "persistence false",
        f"max_packet_size {MAX_PACKET_BYTES}",
        f"max_queued_bytes {QUEUED_BYTES}",
        "max_inflight_messages 500",
        "max_queued_messages 5000",
        "set_tcp_nodelay true",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "log_type information",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def access_list(processes: Iterable[str] = ("hub",)) -> str:
    """Who may say and hear what. `%u` is the common name of the client's certificate: the booth."""
    lines = []
    for process in processes:
        lines += [f"user {hub_common_name(process)}", f"topic readwrite {PREFIX}/#", ""]
    lines += [f"pattern write {booth_topic('%u', channel)}" for channel in FROM_BOOTH]
    lines += [f"pattern read {booth_topic('%u', channel)}" for channel in TO_BOOTH]
    lines += [f"pattern write {PREFIX}/hub/replies/+", f"pattern read {HUB_STATUS}"]
    return "\n".join(lines) + "\n"
