"""Which hub this person's commands speak to, and the API token they do it with: `hub.toml`, or the environment.

A token is a password that a program uses: it is never taken from the command line, where everybody on the machine could
read it, lies in a file that its owner alone may read, and goes to no hub but the one it was given for.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import platformdirs
import tomli_w

from provisioning.console import ProvisioningError
from provisioning.files import write_whole

HUB: Final = "INVIGIL_HUB"
TOKEN: Final = "INVIGIL_TOKEN"  # noqa: S105 (the variable's name)
CA: Final = "INVIGIL_CA"
LOOKS_LIKE: Final = "it looks like https://hub.example:8443"
LOG_IN: Final = "run: invigil hub login --hub URL"
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Access:
    """An address, a token for it, and the authority that vouches for it where the system does not know it."""

    hub: str
    token: str = field(repr=False)
    ca_pem: str = field(default="", repr=False)
    found_in: str = ""
    """Where the token comes from, for people."""


def config_file() -> Path:
    """`$XDG_CONFIG_HOME/invigil/hub.toml`."""
    return platformdirs.user_config_path("invigil") / "hub.toml"


def find_access(environ: Mapping[str, str], file: Path | None = None) -> Access:
    """The environment's where it says something, else the stored one; raises `ProvisioningError`."""
    file = file or config_file()
    stored = stored_access(file)
    hub = normal_url(environ[HUB]) if environ.get(HUB) else stored.hub if stored else ""
    if not hub:
        raise ProvisioningError("no hub is known here", f"{LOG_IN}, or set {HUB} and {TOKEN}")
    ours = stored if stored is not None and stored.hub == hub else None
    token = environ.get(TOKEN, "").strip()
    if not token and ours is None:
        known = f"; the stored token is for {stored.hub} and goes nowhere else" if stored else ""
        raise ProvisioningError(f"no API token for {hub}{known}", f"set {TOKEN}, or {LOG_IN.replace('URL', hub)}")
    ca_pem = read_authority(Path(environ[CA])) if environ.get(CA) else ours.ca_pem if ours else ""
    return Access(hub, token or (ours.token if ours else ""), ca_pem, TOKEN if token else str(file))


def stored_access(file: Path) -> Access | None:
    """None where nothing is stored; raises `ProvisioningError` for a file that others may read, or that is broken."""
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            if mode & 0o077:
                raise ProvisioningError(
                    f"{file} may be read by others (mode {mode:04o}), so its token may be known to them",
                    "make another token on the dashboard, revoke this one, and run: invigil hub login --hub URL",
                )
            written: dict[str, Any] = tomllib.load(opened)
        return Access(str(written["hub"]), str(written["token"]), str(written.get("ca_pem", "")), str(file))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ProvisioningError(f"{file} cannot be read: {error}", LOG_IN) from error


def store_access(access: Access, file: Path) -> None:
    """In place of what was stored; readable by its owner alone."""
    written = {"hub": access.hub, "token": access.token} | ({"ca_pem": access.ca_pem} if access.ca_pem else {})
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(file, tomli_w.dumps(written, multiline_strings=True).encode(), 0o600)
    except OSError as error:
        raise ProvisioningError(
            f"{file} cannot be written: {error.strerror}", f"set {HUB} and {TOKEN} instead"
        ) from error


def forget_access(file: Path) -> str | None:
    """The hub whose token was stored; None where there was none."""
    try:
        stored = stored_access(file)
    except ProvisioningError:
        stored = Access("a hub that cannot be told any more", "")
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise ProvisioningError(f"{file} cannot be removed: {error.strerror}") from error
    return stored.hub if stored else None


def normal_url(url: str) -> str:
    """As it is compared and stored; raises `ProvisioningError` for what a token must not be sent to."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username or parts.password
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise ProvisioningError(f"{url!r} is not an address: {error}", LOOKS_LIKE) from error
    if parts.scheme not in ("http", "https") or not host or user or parts.query or parts.fragment:
        raise ProvisioningError(f"{url!r} is not a hub's address", LOOKS_LIKE)
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ProvisioningError(
            f"{url} is not encrypted: anyone on the way could read the token and use it",
            "a hub that listens to other machines answers at https://",
        )
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def read_authority(path: Path) -> str:
    """A PEM file; raises `ProvisioningError`. What is in it is judged where it is used."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ProvisioningError(
            f"{path} cannot be used as an authority: {reason}", "it must be a PEM file, such as the hub's ca.pem"
        ) from error


def token_from(environ: Mapping[str, str], option: str | None, stdin_line: str | None) -> str:
    """From standard input where the option is `-`, else the environment; empty where neither has one."""
    if option not in (None, "-"):
        raise ProvisioningError(
            "a token on the command line can be read by everybody on this machine",
            f"revoke it, make another and let yourself be asked for it; or set {TOKEN}, or give it to --token -",
        )
    return (stdin_line or "").strip() if option == "-" else environ.get(TOKEN, "").strip()
