"""A booth that only has evidence to send, as a program: the agent's real spool and uploader under invented files.

    python -m tests.support.uploading_booth DEVICE_TOML JOURNAL ENOUGH

Some files always wait, small ones and ones of several chunks, until the file `ENOUGH` exists; then the rest is sent.
The journal says `will <sha256>` before a file is put and `kept <sha256>` after the spool has it on disk, so that a test
which kills this program anywhere knows what the hub must hold, and may hold.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from agent.config import load_device_key, spool_dir
from agent.evidence.sealed import spool_key
from agent.evidence.spool import Spool
from agent.evidence.uploader import CHUNK_BYTES, Uploader
from agent.health import Trouble
from contract.chain import sha256_hex
from contract.device import load_device_config

WAITING = 4


def main(device_toml: str, journal_path: str, enough: str) -> None:
    config = load_device_config(Path(device_toml))
    trouble = Trouble()
    key = load_device_key(config.tls.key)
    spool = Spool(spool_dir(config), config.spool_max_bytes, trouble, spool_key(key))
    uploader = Uploader(config, key, spool, trouble)
    # No threading.Event: a handler that sets one while this thread is about to wait for it waits for itself.
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: ended.append(number))
    dice = random.Random(os.getpid())
    uploader.start()
    with Path(journal_path).open("a", buffering=1) as journal:
        while not ended:
            time.sleep(0.02)
            while len(spool.files()) < WAITING and not Path(enough).exists():
                large = dice.random() < 0.7
                size = dice.randrange(2 * CHUNK_BYTES, 6 * CHUNK_BYTES) if large else dice.randrange(1, 60_000)
                data = dice.randbytes(size)
                print("will", sha256_hex(data), file=journal)
                spool.put(data, "video/mp4" if large else "image/jpeg")
                print("kept", sha256_hex(data), file=journal)
    uploader.stop()
    print("trouble:", trouble.snapshot())


if __name__ == "__main__":
    main(*sys.argv[1:])
