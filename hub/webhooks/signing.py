"""Signatures as the Standard Webhooks specification has them (standardwebhooks.com), version v1: HMAC-SHA256."""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

PREFIX: Final = "whsec_"
KEY_BYTES: Final = 32


def new_secret() -> str:
    """What both sides know: shown once, to be put into the receiver's configuration."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def headers(secret: str, message_id: UUID, at: datetime, body: bytes) -> dict[str, str]:
    """Of one attempt. The id stays the same when a message is sent again, so that a receiver can tell; the time does
    not, so that nobody can send a recorded one later."""
    name, timestamp = f"msg_{message_id.hex}", str(int(at.timestamp()))
    return {
        "webhook-id": name,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature(secret, name, timestamp, body)}",
    }


def signature(secret: str, name: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, f"{name}.{timestamp}.".encode() + body, "sha256")).decode()
