"""Where an update finds things on this device, and whom the device trusts."""

import os
from dataclasses import dataclass
from pathlib import Path

from contract.release import Keys, load_keys
from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.update import settle


@dataclass(frozen=True)
class Device:
    root: Path = settle.ROOT
    config: Path = settle.CONFIG
    keys: Path = settle.ROOT / "release-keys"
    """Public keys of those whose releases this device takes. Not under /etc/invigil, where the agent may write."""
    requests: Path = Path("/var/lib/invigil-agent/update")
    """Where the agent puts what it was asked by the hub to install."""
    user: str = "invigil-agent"
    """Whose rights the new release is tested with."""

    @property
    def status(self) -> Path:
        """What the running agent says of itself, every few seconds."""
        return settle.status_file(self.config)


def trusted_keys(folder: Path) -> Keys:
    """What lies in `folder`, which nobody but root may change where root installs; raises `ProvisioningError`."""
    hint = f"put NAME.pem of your release key there, owned by root: {folder}"
    for path in (folder, *folder.glob("*.pem")) if folder.exists() else ():
        found = path.stat()
        if os.geteuid() == 0 and (found.st_uid != 0 or found.st_mode & 0o022):
            raise ProvisioningError(f"{path} can be changed by others than root, so it vouches for nothing", hint)
    try:
        keys = load_keys(folder)
    except InvalidError as error:
        raise ProvisioningError(str(error), hint) from error
    if not keys:
        raise ProvisioningError(f"{folder} holds no release key, so no release is trusted here", hint)
    return keys
