"""What systemd says of a unit, where there is one to be asked."""

from pathlib import Path
from typing import Final

from agent.programs import ask

TIMEOUT_S: Final = 4.0
ROOT: Final = Path("/")


def is_here(root: Path = ROOT) -> bool:
    """Whether systemd is this system's first process (sd_booted(3))."""
    return (root / "run/systemd/system").is_dir()


def show(unit: str, *properties: str, root: Path = ROOT) -> dict[str, str]:
    """The properties of a unit; empty where systemd is not there, or does not answer."""
    if not is_here(root):
        return {}
    said = ask(["systemctl", "show", unit, f"--property={','.join(properties)}"], TIMEOUT_S)
    if not said.done:
        return {}
    pairs = (line.partition("=") for line in said.text.splitlines())
    return {name: value for name, _, value in pairs}
