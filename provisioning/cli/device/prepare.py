"""`invigil device prepare`: a freshly flashed card becomes a booth's."""

import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from contract.manifest import default_weights_dir
from provisioning import access, console, enrolment
from provisioning.cli.services import AsJson, DryRun
from provisioning.cli.showing import files_json, show_diff, show_files
from provisioning.console import ProvisioningError
from provisioning.prepare.files import Extras
from provisioning.prepare.plan import Plan, apply, plan
from provisioning.prepare.release import check_release, release_keys
from provisioning.prepare.settings import CardSettings, OperatingSystem, merged, psk

EPILOG = """\b
Examples: invigil device prepare --boot /media/bootfs --hostname room-1-a --hub https://hub.example:8443 \\
              --ca ca.pem --ssh-key ~/.ssh/id_ed25519.pub --release-file invigil-1.0.0.release --release-key centre.pem
          invigil device prepare --boot /media/bootfs --settings room-1.toml --hostname room-1-b --dry-run
          invigil device prepare --os jetson --boot /media/stick --settings room-1.toml --hostname room-1-c

\b
Raspberry Pi OS Trixie gets cloud-init's files, Bookworm a script for its first run, a Jetson a script to start by hand.
The claim code and the Wi-Fi password are asked for without showing them, or taken from INVIGIL_CLAIM_CODE and
INVIGIL_WIFI_PASSWORD, or with - from standard input, a line each; never from the command line. Without a claim code
(an empty line) the device asks to be approved. --settings is TOML with the options' names (hub, ssh_keys, time_servers,
[wifi] ssid, country, hidden). Run again, it changes what differs. What was not ours is kept as NAME.before-invigil.
Exit codes: 0 prepared · 1 refused or failed, and said why · 2 the command line was not understood."""

FROM_STDIN: Final = "-"
SECRET: Final = re.compile(r"\b[0-9a-f]{64}\b|\$\w{1,2}\$[^\s\"']+")
"""A network's key, or the hash of a password (crypt(5))."""
SYSTEMS: Final[dict[str, OperatingSystem]] = {"trixie": "trixie", "bookworm": "bookworm", "jetson": "jetson"}


def prepare(
    boot: Annotated[Path, typer.Option("--boot", metavar="DIR", help="Where the card's boot partition is mounted.")],
    hostname: Annotated[str | None, typer.Option("--hostname", help="The device's name, mostly the booth's.")] = None,
    hub: Annotated[str | None, typer.Option("--hub", metavar="URL", help="The hub's address.")] = None,
    ca: Annotated[Path | None, typer.Option("--ca", help="PEM of the authority that signed an https hub.")] = None,
    claim: Annotated[
        str | None, typer.Option("--claim", metavar="-", help="- reads the claim code from standard input.")
    ] = None,
    user: Annotated[str | None, typer.Option("--user", help="Who comes in by SSH; default: technician.")] = None,
    ssh_key: Annotated[
        list[Path] | None, typer.Option("--ssh-key", metavar="FILE.pub", help="Their public key; may be repeated.")
    ] = None,
    wifi: Annotated[str | None, typer.Option("--wifi", metavar="SSID", help="A wireless network to join.")] = None,
    wifi_password: Annotated[
        str | None, typer.Option("--wifi-password", metavar="-", help="- reads its password from standard input.")
    ] = None,
    wifi_hidden: Annotated[bool, typer.Option("--wifi-hidden", help="It does not say its name by itself.")] = False,
    wifi_open: Annotated[bool, typer.Option("--wifi-open", help="It has no password.")] = False,
    country: Annotated[str | None, typer.Option("--country", metavar="XX", help="Where the radio is used.")] = None,
    timezone: Annotated[str | None, typer.Option("--timezone", help="Such as Europe/Berlin; default: Etc/UTC.")] = None,
    time_server: Annotated[
        list[str] | None, typer.Option("--time-server", metavar="HOST", help="May be repeated; default: the system's.")
    ] = None,
    locale: Annotated[str | None, typer.Option("--locale", help="Default: en_GB.UTF-8.")] = None,
    keyboard: Annotated[str | None, typer.Option("--keyboard", help="Its layout; default: gb.")] = None,
    screen: Annotated[
        bool | None, typer.Option("--screen/--no-screen", help="For the candidate; default: yes.")
    ] = None,
    release_file: Annotated[
        Path | None, typer.Option("--release-file", metavar="FILE", help="The release of Invigil to install.")
    ] = None,
    release_key: Annotated[
        list[Path] | None, typer.Option("--release-key", metavar="FILE.pem", help="Whose releases the device takes.")
    ] = None,
    weights_dir: Annotated[
        Path | None, typer.Option("--weights-dir", help="Model weights to copy; default: those of this machine.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", metavar="FILE.toml", help="What is the same for every card.")
    ] = None,
    system: Annotated[
        str | None, typer.Option("--os", help="trixie, bookworm or jetson; default: what the card says.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write onto a flashed card what makes its device a booth at the first boot."""
    if system is not None and system not in SYSTEMS:
        console.die(f"--os {system} is not known", f"one of {', '.join(SYSTEMS)}", code=2)
    file = _read_settings(settings)
    network = _wifi(file, wifi, country, wifi_password, hidden=wifi_hidden, is_open=wifi_open)
    card_settings = CardSettings.configure(
        merged(
            {**file, **({"wifi": network} if network else {})},
            {
                "hostname": hostname,
                "hub": hub,
                "user": user,
                "ssh_keys": tuple(line for path in ssh_key or () for line in _key_lines(path)),
                "timezone": timezone,
                "time_servers": tuple(time_server or ()),
                "locale": locale,
                "keyboard": keyboard,
                "screen": screen,
            },
        )
    )
    extras = Extras(
        claim_code=_claim_code(claim),
        hub_ca=access.read_authority(ca).encode() if ca else b"",
        release_keys=release_keys(release_key or ()),
    )
    planned = plan(
        boot,
        SYSTEMS[system] if system else None,
        card_settings,
        extras,
        release=release_file,
        weights=weights_dir or default_weights_dir(),
    )
    if release_file is not None and release_key:
        remark = check_release(release_file, release_key, planned.system)
        if remark:
            console.warn(remark)
    show_diff(planned.changes, _masked(planned, card_settings, extras))
    backups = [] if dry_run else apply(planned)
    show_files(planned.changes, dry_run=dry_run)
    _tell(planned, card_settings, extras, dry_run=dry_run)
    if as_json:
        console.print_json(_answer(boot, planned, card_settings, backups, dry_run=dry_run))


def _read_settings(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProvisioningError(f"{path}: {error}", "it is TOML; see invigil device prepare --help") from error


def _wifi(
    file: dict[str, Any], ssid: str | None, country: str | None, password: str | None, *, hidden: bool, is_open: bool
) -> dict[str, Any] | None:
    """What the file says of the network, with the options in place, and a key in place of the password."""
    if password not in (None, FROM_STDIN):
        raise ProvisioningError(
            "a password on the command line can be read by everybody on this machine",
            "let yourself be asked for it, set INVIGIL_WIFI_PASSWORD, or give it to --wifi-password -",
        )
    network = dict(file.get("wifi", {}))
    if "password" in network:
        raise ProvisioningError("a settings file holds no password", "let yourself be asked for it, or store psk")
    options = {"ssid": ssid, "country": country, "hidden": hidden or None}
    network |= {name: value for name, value in options.items() if value is not None}
    if "ssid" not in network:
        if country or password or hidden or is_open:
            raise ProvisioningError("which wireless network?", "name it: --wifi SSID --country XX")
        return None
    if not is_open and not network.get("psk"):
        from_stdin = password == FROM_STDIN
        given = sys.stdin.readline().rstrip("\r\n") if from_stdin else os.environ.get("INVIGIL_WIFI_PASSWORD", "")
        if not given and password is None and sys.stdin.isatty():
            given = typer.prompt(f"Password of {network['ssid']}", hide_input=True, err=True)
        if not given:
            hint = "give it in INVIGIL_WIFI_PASSWORD or on standard input (--wifi-password -), or say --wifi-open"
            console.die(f"no password for {network['ssid']}", hint, code=2)
        try:
            network["psk"] = psk(str(network["ssid"]), given)
        except ValueError as error:
            raise ProvisioningError(str(error), "look at the access point's settings") from error
    return network


def _claim_code(option: str | None) -> str:
    if option not in (None, FROM_STDIN):
        raise ProvisioningError(
            "a claim code on the command line can be read by everybody on this machine",
            "let yourself be asked for it, set INVIGIL_CLAIM_CODE, or give it to --claim -",
        )
    code = enrolment.claim_code_from(os.environ, option, sys.stdin.readline() if option == "-" else None)
    if code is None and option is None and sys.stdin.isatty():
        said = typer.prompt(
            "Claim code (empty: ask for approval)", default="", show_default=False, hide_input=True, err=True
        )
        code = said.strip()
    return code or ""


def _key_lines(path: Path) -> list[str]:
    try:
        lines = [line.strip() for line in path.expanduser().read_text().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ProvisioningError(f"{path} cannot be read", "a public key: ssh-keygen -t ed25519 makes one") from error
    if any("PRIVATE KEY" in line for line in lines):
        raise ProvisioningError(f"{path} is a private key and must never leave this machine", f"use {path}.pub")
    return [line for line in lines if line and not line.startswith("#")]


def _masked(planned: Plan, settings: CardSettings, extras: Extras) -> list[str]:
    """Secrets that go onto the card, and those that an earlier preparation or Raspberry Pi Imager left there."""
    secrets = [extras.claim_code, settings.wifi.psk if settings.wifi else ""]
    for each in planned.changes:
        before = (each.before or b"").decode(errors="replace")
        secrets += SECRET.findall(before)
        if each.path.name == "claim-code":
            secrets.append(before.strip())
    return secrets


def _tell(planned: Plan, settings: CardSettings, extras: Extras, *, dry_run: bool) -> None:
    for copy in planned.copies:
        if not copy.there:
            words = f"{copy.target} ({copy.size_bytes / 1e6:,.1f} MB)"
            console.step(f"to copy: {words}") if dry_run else console.done(f"copied: {words}")
    if not any(copy.target.suffix == ".release" for copy in planned.copies):
        console.warn("no release is on the card: it installs none by itself (--release-file FILE)")
    if not extras.release_keys:
        console.warn("no release key is on the card: the device will take no release (--release-key FILE)")
    if not extras.claim_code:
        console.warn("no claim code is on the card: the device asks to be approved, on the dashboard under Devices")
    if dry_run:
        return
    if planned.system == "jetson":
        console.notes.print(f"  → next, on the Jetson: sudo sh {planned.changes[0].path.parent}/jetson.sh")
    else:
        console.notes.print(
            f"  → next: take the card out as your system wants it, and start {settings.hostname} with it"
        )


def _answer(boot: Path, planned: Plan, settings: CardSettings, backups: list[Path], *, dry_run: bool) -> dict[str, Any]:
    return {
        "boot": str(boot),
        "os": planned.system,
        "hostname": settings.hostname,
        "dry_run": dry_run,
        "files": files_json(planned.changes, backups),
        "copied": [
            {"path": str(copy.target), "size_bytes": copy.size_bytes, "there": copy.there} for copy in planned.copies
        ],
    }
