"""`key_files`: whether only the agent can read the device's key, and what it keeps."""

import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.doctor.check import Check, Finding, failed, ok, warning
from agent.doctor.patient import Patient
from contract.device import behind_links
from contract.wire import InvalidError

USER = "invigil-agent"
OTHERS = 0o077


class KeyFiles(Check):
    name = "key_files"
    title = "Key files"
    means = "The private key is there, and nobody but the agent's user may read it or what the agent keeps."
    advice = "sudo invigil device doctor --fix; or: chmod 600 device.key, chmod 700 on the state folder."
    mends = "takes other people's rights from the key and the state folder, and as root gives them to the agent's user"

    def look(self, patient: Patient) -> Finding:
        config = patient.config
        try:
            found = config.tls.key.stat()
        except FileNotFoundError:
            return failed(f"{config.tls.key} is not there", advice="Enrol the device: invigil device enrol.")
        except PermissionError:
            raise InvalidError(f"{config.tls.key} may not be looked at; ask as root") from None
        if not stat.S_ISREG(found.st_mode):
            return failed(f"{config.tls.key} is not a file", advice="Enrol the device again: invigil device enrol.")
        if found.st_mode & OTHERS:
            return failed(f"others may read {config.tls.key} (mode {stat.S_IMODE(found.st_mode):o})")
        user = _user_id(patient)
        if user is not None and found.st_uid != user:
            return failed(f"{config.tls.key} does not belong to {USER}, who has to read it")
        if config.state_dir.exists() and (mode := stat.S_IMODE(config.state_dir.stat().st_mode)) & OTHERS:
            return warning(f"others may look into {config.state_dir} (mode {mode:o})")
        return ok("only the agent's user may read the key and what is kept")

    def fix(self, patient: Patient) -> str:
        """Root does this in folders of the agent's user, who could have put a link in a file's place, or another path
        into device.toml: so only what lies beside it, is no link, and looks like the agent's own."""
        config, done = patient.config, []
        beside = patient.path.parent.resolve() if patient.path is not None else None
        if beside is None or config.tls.key.parent.resolve() != beside:
            raise InvalidError(f"{config.tls.key} does not lie beside device.toml; look at it by hand")
        user = _user_id(patient)
        with _held(behind_links(config.tls.key), os.O_RDONLY) as (key, found):
            if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
                raise InvalidError(f"{config.tls.key} is not a file of one name; look at it by hand")
            if found.st_mode & OTHERS:
                os.fchmod(key, 0o600)
                done.append(f"{config.tls.key.name} is 600 now")
            if user is not None and found.st_uid != user:
                os.fchown(key, user, -1)
                done.append(f"{config.tls.key.name} belongs to {USER} now")
        if config.state_dir.exists():
            with _held(config.state_dir, os.O_RDONLY | os.O_DIRECTORY) as (folder, found):
                if found.st_mode & OTHERS:
                    os.stat("outbox.db", dir_fd=folder, follow_symlinks=False)  # else it is no agent's
                    os.fchmod(folder, 0o700)
                    done.append(f"{config.state_dir.name} is 700 now")
        return ", ".join(done) or "nothing was to be changed"


@contextmanager
def _held(path: Path, flags: int) -> Iterator[tuple[int, os.stat_result]]:
    """Raises `OSError`, also for a link."""
    handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        yield handle, os.fstat(handle)
    finally:
        os.close(handle)


def _user_id(patient: Patient) -> int | None:
    """Of the agent's user, where the agent is installed as a service."""
    if not (patient.root / "etc/systemd/system/invigil-agent.service").exists():
        return None
    try:
        return pwd.getpwnam(USER).pw_uid
    except KeyError:
        return None
