"""Whether a release that was installed works here, asked of itself before anything is switched."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from provisioning import programs
from provisioning.console import ProvisioningError
from provisioning.update.device import Device

SELF_TEST_S: Final = 600.0
"""A slow board loads all networks from a slow card for minutes."""
ITS_OWN: Final = {"PYTHONPATH": "", "PYTHONHOME": ""}
"""Nothing of another installation may stand in for what is missing from this one."""
KEPT: Final = "the release that runs was left as it is"


def self_test(folder: Path, version: str, device: Device, held: Sequence[int] = ()) -> None:
    """Its agent says its version, loads what it is made of, and looks at a picture with this device's weights; with the
    agent's own rights. Raises `ProvisioningError`."""
    agent = str(folder / "bin" / "invigil-agent")
    configured = ["--config", str(device.config)] if device.config.exists() else []

    def asked(*command: str) -> str:
        return programs.run(command, env=ITS_OWN, timeout_s=SELF_TEST_S, user=device.user, held=held)

    try:
        said = asked(agent, "--version").strip()
        if said != version:
            raise ProvisioningError(f"it says that it is {said!r}")
        asked(agent, "selftest", "--json", *configured)
    except ProvisioningError as error:
        raise ProvisioningError(f"release {version} does not work on this device: {error}", KEPT) from error
