"""The agent as a booth runs it, with a journal of what its rules said beside its outbox (`tests.support.journal`).

python -m tests.support.journalled_agent DEVICE_TOML JOURNALS
"""

import logging
import sys
from pathlib import Path

import agent.app
from contract.device import load_device_config
from tests.support.journal import JournalledOutbox


def main(device_toml: Path, journals: Path) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    JournalledOutbox.folder = journals
    setattr(agent.app, "Outbox", JournalledOutbox)  # noqa: B010 - mypy sees an assignment to a class otherwise
    return agent.app.run(load_device_config(device_toml))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
