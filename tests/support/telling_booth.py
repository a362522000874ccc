"""A booth without a camera, as a program: the agent's uplink and outbox, and its eye on the device's own certificate.

    python -m tests.support.telling_booth DEVICE_TOML STATE_FILE

It says what it is made of, sends an event with a signature now and then, and begins anew when the certificate is
renewed, as the agent's supervisor has it do. STATE_FILE says several times a second how it does.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path

from agent.config import outbox_path, spool_dir
from agent.evidence.keyring import spool_keys
from agent.facts import device_facts
from agent.health import Trouble
from agent.identity import Identity
from agent.uplink.outbox import Outbox
from agent.uplink.uplink import Uplink
from contract.chain import sha256_hex
from contract.device import load_device_config
from contract.messages import AnyCommand, AnyReply, ErrorReply, Reported, ViolationOpened
from tests.support.camera_less_booth import invent

LOOK_S = 0.2


def answer(_: AnyCommand) -> AnyReply:
    return ErrorReply(reason="no camera")


def tell(config_file: Path, state_file: Path, stop: threading.Event) -> None:
    """One life of it: until it is stopped, or has a new key."""
    config, trouble = load_device_config(config_file), Trouble()
    config.state_dir.mkdir(parents=True, exist_ok=True)
    identity, facts = Identity(config), device_facts(config)
    sealed_by = sha256_hex(spool_keys(config.state_dir, spool_dir(config), identity.key)[0])
    outbox = Outbox(outbox_path(config), config.booth, trouble)
    uplink = Uplink(config, outbox, trouble, on_desired=outbox.store_desired, on_command=answer)
    outbox.append(ViolationOpened(violation=invent()))
    outbox.append_checkpoint(identity.key)
    uplink.start()
    uplink.report(Reported(profile="standard", profile_version=1, monitoring=False, device=facts))
    while not stop.wait(LOOK_S) and not identity.renewed():
        state = {
            "serial": facts.certificate_serial,
            "connected": uplink.connected,
            "waiting": outbox.depth,
            "sealed_by": sealed_by,
            "trouble": trouble.snapshot(),
        }
        new = state_file.with_suffix(".new")
        new.write_text(json.dumps(state))
        os.replace(new, state_file)
    uplink.stop()
    outbox.close()


def main() -> None:
    config_file, state_file = (Path(argument) for argument in sys.argv[1:])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    while not stop.is_set():
        tell(config_file, state_file, stop)


if __name__ == "__main__":
    main()
