"""What looks like a secret in text that leaves a device, and how it is blotted out.

No secret is ever logged on purpose. This is for what nobody foresaw: it takes rather too much than too little.
"""

import re
from typing import Final

BLOT: Final = "…"

_SECRETS: Final = re.compile(
    r"-----BEGIN [A-Z ]+-----.*|\b[A-Z2-9]{4}-[A-Z2-9]{4}\b|(?<=:/)/?[^\s@]+@|\b[A-Za-z0-9+/_-]{40,}={0,2}"
)
"""PEM, claim codes, a password in an address (also in one that was taken for a path and lost a slash), and whatever is
long and without a space: keys, tokens, hashes."""

_NAMED: Final = re.compile(
    r"(?i)\b((?:[a-z0-9]+[_-])*(?:pass(?:word|wd|phrase)?|psk|pin|secret|token|credential|api[_-]?key|authorization|"
    r"cookie|claim[_-]?code|private[_-]?key)(?:[_-][a-z0-9]+)*[\"']?\s*[:=]\s*)"
    r"(\"[^\"]*\"?|'[^']*'?|(?:bearer|basic|digest)\s+\S+|[^\s,;&}\]]+)"
)
"""What stands behind a word that says so: `password = "…"`, `token=…`, `Authorization: Bearer …`."""


def blot(text: str) -> str:
    """One line, without what looks like a secret."""
    return _SECRETS.sub(BLOT, _NAMED.sub(rf"\1{BLOT}", text))


def is_secret_name(name: str) -> bool:
    """Whether a setting of this name holds a secret."""
    return _NAMED.match(f"{name}=x") is not None
