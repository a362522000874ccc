"""What this machine lends the emulated ones: its Debian mirror, its way to Python packages, its certificates.

Nothing of it is written into a tree: settings go along as environment variables, files are bound for one command.
"""

import ast
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

DEFAULT_MIRROR: Final = "http://deb.debian.org/debian"
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
LENT_FILES: Final = (CERTIFICATES, Path("/etc/resolv.conf"), Path("/etc/hosts"))
HANDLER: Final = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64")
PIP_OPTIONS: Final = frozenset(
    {"cert", "client-cert", "default-timeout", "extra-index-url", "find-links", "index-url", "no-index", "proxy"}
    | {"retries", "timeout", "trusted-host"}
)
"""Where packages come from. The others (cache, user, target) are about this machine's own folders."""
PROXIES: Final = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")


class Arm64Error(Exception):
    """Says in one line what is wrong and what to do."""


def can_emulate() -> None:
    """Make the kernel run arm64 programs through qemu; raises `Arm64Error` that says what is missing."""
    if os.geteuid() != 0:
        raise Arm64Error("needs root to make Debian trees and to enter them: make test-arm64 asks sudo for it")
    if platform.machine() == "aarch64":
        raise Arm64Error(
            "this machine is arm64 itself; run the agent on it: invigil-agent replay VIDEO --events FOLDER"
        )
    if not HANDLER.parent.joinpath("register").exists():
        _quietly("mount", "-t", "binfmt_misc", "binfmt_misc", str(HANDLER.parent))
    if not HANDLER.exists():
        _quietly("update-binfmts", "--enable", "qemu-aarch64")
    said = HANDLER.read_text() if HANDLER.exists() else ""
    flags = next((line.partition(":")[2] for line in said.splitlines() if line.startswith("flags")), "")
    if not said.startswith("enabled") or "F" not in flags:
        raise Arm64Error(
            "the kernel does not run arm64 programs through qemu; install qemu-user-static and binfmt-support, then: "
            "update-binfmts --enable qemu-aarch64 (in a container: on the machine that runs it)"
        )


def debian_mirror() -> str:
    """The mirror of this machine's own apt where that is Debian's, else the public one."""
    form = "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)"
    said = _quietly("apt-get", "indextargets", "--format", form, "Created-By: Packages")
    return mirror_among(said.splitlines())


def mirror_among(targets: list[str]) -> str:
    """Of `origin|label|component|address` lines. Security and third-party archives hold no base system."""
    for line in targets:
        origin, label, component, address = (line.split("|") + [""] * 4)[:4]
        if (origin, label, component) == ("Debian", "Debian", "main") and address.startswith(("http://", "https://")):
            return address.rstrip("/")
    return DEFAULT_MIRROR


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """How pip gets packages here, as variables for another pip: `PIP_*`, proxies, and the certificates it trusts."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=False, capture_output=True, text=True, env=dict(environ)
    )
    if done.returncode:
        raise Arm64Error(f"pip cannot read its own settings: {done.stderr.strip()}")
    settings = as_variables(done.stdout)
    trusted = environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE")
    if trusted and Path(trusted).is_file():
        settings.setdefault("PIP_CERT", trusted)
    for name in (*PROXIES, *map(str.upper, PROXIES)):
        if name in environ:
            settings[name] = environ[name]
    return settings


def as_variables(listing: str) -> dict[str, str]:
    """Of `pip config list`: its own order of precedence, so `install` before `global`, the environment before both."""
    found: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines():
        where, _, quoted = line.partition("=")
        section, _, option = where.rpartition(".")
        rank = ("global", "install", ":env:").index(section) if section in {"global", "install", ":env:"} else -1
        if option in PIP_OPTIONS and rank >= found.get(option, (0, ""))[0]:
            found[option] = rank, " ".join(str(ast.literal_eval(quoted)).split())
    return {f"PIP_{option.upper().replace('-', '_')}": value for option, (_, value) in found.items()}


def lent_paths(settings: Mapping[str, str]) -> list[Path]:
    """Files and folders of this machine that must be there under the same name: those that the settings mean."""
    meant = {path for name, value in settings.items() if name.startswith("PIP_") for path in _local(value)}
    return sorted({path for path in (*LENT_FILES, *meant) if path.exists()})


def _local(value: str) -> Iterator[Path]:
    """An index in a folder called `simple` has its files beside that."""
    for word in value.split():
        if word.startswith("file://"):
            path = Path(unquote(urlsplit(word).path))
            yield path.parent if path.name == "simple" and path.parent != Path("/") else path
        elif word.startswith("/"):
            yield Path(word)


def _quietly(*command: str) -> str:
    """Standard output; nothing where the program is missing or fails: what it was for is looked at afterwards."""
    try:
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout
    except OSError:
        return ""
