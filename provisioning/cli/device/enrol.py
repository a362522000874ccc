"""`invigil device enrol`: a device becomes a booth."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer
from cryptography.hazmat.primitives.asymmetric import ec

from contract.device import CameraConfig, ScreenConfig
from contract.keys import Kept
from provisioning import console, enrolment, hardware, requesting
from provisioning.cli.offer import choose_hub
from provisioning.console import ProvisioningError
from provisioning.hub import authority_from
from provisioning.identity import new_key

KeyChoice = Literal["auto", "tpm", "file"]
EPILOG = """\b
Examples: sudo -u invigil-agent invigil device enrol --hub https://hub.example:8443 --dir /etc/invigil \\
              --state-dir /var/lib/invigil-agent
          pass-from-somewhere | invigil device enrol --hub URL --claim - --dir DIR --json
          invigil device enrol --hub URL --dir DIR --request
          invigil device enrol --hub URL --dir DIR --key tpm

\b
Without --hub it listens for hubs in this network (mDNS) and asks which, and whether the fingerprint is the one that the
hub's own machine shows: what is found was said by anybody. Then TLS is held to that authority.
Writes device.key (0600; made here, never leaves the device), device.pem, ca.pem and device.toml.
The key is made in the board's TPM where it has one that works; device.key is then what only this TPM can use. It takes
apt install tpm2-openssl. --key tpm fails where that is not possible, --key file does not try.
--request needs no claim code: it shows the code of this device's key, and a technician who sees the same code in the
hub lets it in. A serial number that is expected there lets it in at once. Run again it shows the same code.
Other people on this device can read a process's arguments: prefer the prompt, --claim - or INVIGIL_CLAIM_CODE.
Exit codes: 0 enrolled · 1 refused or failed, nothing was changed · 2 the command line was not understood."""


def enrol(
    folder: Annotated[Path, typer.Option("--dir", help="Folder for key, certificates and device.toml.")],
    hub: Annotated[
        str | None, typer.Option("--hub", metavar="URL", help="The hub's address; without it those found are offered.")
    ] = None,
    claim: Annotated[
        str | None, typer.Option("--claim", metavar="CODE", help="One-time claim code; - reads it from standard input.")
    ] = None,
    request: Annotated[
        bool, typer.Option("--request", help="Ask to be let in, show a code, and wait for a technician.")
    ] = False,
    wait_s: Annotated[float, typer.Option("--wait", help="With --request: seconds to wait.", min=0)] = 3600.0,
    key: Annotated[KeyChoice, typer.Option("--key", help="Where the key is made and kept.")] = "auto",
    serial: Annotated[
        str, typer.Option("--serial", help="With --request: the board's number, where it does not tell itself.")
    ] = "",
    camera_kind: Annotated[
        str, typer.Option("--camera-kind", help="auto, v4l2, picamera2, gstreamer or replay.")
    ] = "auto",
    camera_source: Annotated[str, typer.Option("--camera-source", help="/dev/video0, a number, or a file.")] = "",
    camera_fps: Annotated[int, typer.Option("--camera-fps", help="Frames per second.")] = 15,
    screen_port: Annotated[
        int,
        typer.Option("--screen-port", help="Where the booth's screen finds its page; 0: any free.", min=0, max=65535),
    ] = ScreenConfig().port,
    weights_dir: Annotated[Path | None, typer.Option("--weights-dir", help="Where the model weights lie.")] = None,
    state_dir: Annotated[
        Path | None, typer.Option("--state-dir", help="For outbox and evidence that waits; default: DIR/state.")
    ] = None,
    ca: Annotated[
        str | None, typer.Option("--ca", metavar="FILE|SHA256", help="Who signed an https hub, or its fingerprint.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Destroy an existing key and start anew.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Make a key, have the hub sign it with a one-time claim code, and write the device's folder."""
    if request and claim is not None:
        console.die("--request and --claim are two ways in", "choose one", code=2)
    code = "" if request else _claim_code(claim)
    if hub is None:
        hub, authority = choose_hub()
    else:
        authority = authority_from(ca, hub) if ca else ""
    address = urlsplit(hub)
    if address.scheme == "http" and address.hostname not in ("127.0.0.1", "::1", "localhost"):
        console.warn(f"{hub} is not encrypted: anyone on the way can read what is sent, and answer in the hub's place")
    source = str(Path(camera_source).resolve()) if camera_kind == "replay" and camera_source else camera_source
    camera = CameraConfig.configure({"kind": camera_kind, "source": source, "fps": camera_fps})
    wanted = enrolment.Wanted(camera, ScreenConfig(port=screen_port), weights_dir, state_dir)
    kept: Kept | None = None if key == "auto" else key

    def make() -> ec.EllipticCurvePrivateKey:
        return new_key(kept, lambda why: console.warn(f"the key goes into a file: {why}"))

    if request:
        here = hardware.board()
        board = hardware.Board(here.model, serial or here.serial)
        trusted = authority or None
        enrolled = requesting.request(
            hub,
            folder,
            wanted,
            board,
            make=make,
            kept=kept,
            ca=trusted,
            force=force,
            wait_s=wait_s,
            on_code=_show,
            on_trouble=_warn,
        )
    else:
        enrolled = enrolment.enrol(
            hub_url=hub,
            claim_code=code,
            folder=folder,
            camera=camera,
            screen=wanted.screen,
            weights_dir=weights_dir,
            state_dir=state_dir,
            ca=authority or None,
            force=force,
            make=make,
        )
    console.done(f"enrolled as {enrolled.booth}; the certificate is valid until {enrolled.expires}")
    if enrolled.key == "tpm":
        console.notes.print("  its key is in this board's TPM and cannot be copied from here")
    if as_json:
        console.print_json(
            {
                "booth": enrolled.booth,
                "config": str(enrolled.config),
                "expires_at": enrolled.expires,
                "key": enrolled.key,
            }
        )
    else:
        console.notes.print(f"  → next: invigil-agent run --config {enrolled.config}")


def _claim_code(claim: str | None) -> str:
    code = enrolment.claim_code_from(os.environ, claim, sys.stdin.readline() if claim == "-" else None)
    if code is None and sys.stdin.isatty() and claim is None:
        code = typer.prompt("Claim code", hide_input=True, err=True).strip()
    if not code:
        hint = "give it in INVIGIL_CLAIM_CODE, or with --claim - on standard input; without one: --request"
        console.die("no claim code", hint, code=2)
    return code


def _show(code: str) -> None:
    console.step(f"this device's code is {code}")
    console.notes.print("  → a technician lets it in where the hub shows the same code, under Devices")


def _warn(error: ProvisioningError) -> None:
    console.warn(f"{error}; asking again")
