"""`key_files`: whether only the agent can read the device's key, and what it keeps."""

import os
import pwd
import stat

from agent.doctor.check import Check, Finding, failed, ok, warning
from agent.doctor.patient import Patient
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
        config, done = patient.config, []
        for path, mode in ((config.tls.key, 0o600), (config.state_dir, 0o700)):
            if path.exists() and path.stat().st_mode & OTHERS:
                path.chmod(mode)
                done.append(f"{path.name} is {mode:o} now")
        user = _user_id(patient)
        if user is not None and config.tls.key.stat().st_uid != user:
            os.chown(config.tls.key, user, -1)
            done.append(f"{config.tls.key.name} belongs to {USER} now")
        return ", ".join(done) or "nothing was to be changed"


def _user_id(patient: Patient) -> int | None:
    """Of the agent's user, where the agent is installed as a service."""
    if not (patient.root / "etc/systemd/system/invigil-agent.service").exists():
        return None
    try:
        return pwd.getpwnam(USER).pw_uid
    except KeyError:
        return None
