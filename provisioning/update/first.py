"""The first release of a device: there is none to go back to, so it is checked, installed and linked, and not tried."""

from typing import BinaryIO

from contract.release import Keys, open_release
from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.update import settle
from provisioning.update.device import Device
from provisioning.update.stage import Done, Releases, Step, refuse_full_disk, stage, this_target


def install_first(file: BinaryIO, keys: Keys, device: Device, step: Step, done: Done) -> str:
    """The version that is started from now on; one that is there already stays. Raises `ProvisioningError`.

    Cut off anywhere, it is begun again: `current` is made last.
    """
    if there := settle.current(device.root):
        return there
    try:
        release, target = open_release(file, keys), this_target()
        files = release.manifest.files_for(target)
    except InvalidError as error:
        raise ProvisioningError(
            str(error), "nothing was installed; get the release from where yours come from"
        ) from error
    try:
        device.root.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise ProvisioningError(
            f"{device.root} cannot be written: {error.strerror}", "run it as root: sudo …"
        ) from error
    refuse_full_disk(device.root, files)
    version = release.manifest.version
    stage(Releases(device.root), release, target, step, done)
    settle.point_at(device.root, version)
    return version
