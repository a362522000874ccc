"""A device without a claim code asks the hub to be let in, shows its key's code, and waits for somebody's decision.

Its key lies in the folder meanwhile, so that the same command shows the same code however often it is stopped.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from contract.enrolment import EnrolmentAnswer, EnrolmentAsked, key_code
from contract.keys import Kept, kept_in, key_pem, read_key
from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.enrolment import Enrolled, Wanted, refuse_enrolled, settle, signing_request
from provisioning.files import write_whole
from provisioning.hardware import Board
from provisioning.hub import ask, problem_detail

KEY: Final = "request.key"
AGAIN: Final = "run the same command again: its code stays the same"
UNREACHED_S: Final = 5.0


def request(
    hub_url: str,
    folder: Path,
    wanted: Wanted,
    board: Board,
    *,
    make: Callable[[], ec.EllipticCurvePrivateKey],
    kept: Kept | None,
    ca: Path | str | None,
    force: bool,
    wait_s: float,
    on_code: Callable[[str], object],
    on_trouble: Callable[[ProvisioningError], object],
) -> Enrolled:
    """Until somebody has decided, at most `wait_s`. `make` makes the key, the first time, or where it was
    made elsewhere than `kept` says. `on_code` is told the code once; `on_trouble` when the hub is not
    reached while it waits. Raises `ProvisioningError`."""
    refuse_enrolled(folder, force=force)
    key = _key(folder, make, kept)
    on_code(key_code(key.public_key()))
    asked = EnrolmentAsked(csr_pem=signing_request(key), hardware_serial=board.serial, model=board.model)
    answer = _decided(hub_url, asked, ca, time.monotonic() + wait_s, on_trouble)
    if answer.enrolled is None:
        (folder / KEY).unlink(missing_ok=True)
        raise ProvisioningError(f"the hub refused: {answer.reason}", "run the same command again to ask anew")
    enrolled = settle(hub_url, folder, key, answer.enrolled, wanted)
    (folder / KEY).unlink(missing_ok=True)
    return enrolled


def _decided(
    hub_url: str,
    asked: EnrolmentAsked,
    ca: Path | str | None,
    until_s: float,
    on_trouble: Callable[[ProvisioningError], object],
) -> EnrolmentAnswer:
    reached = False
    while True:
        pause_s = UNREACHED_S
        try:
            answer = _ask(hub_url, asked, ca)
            if answer.state != "waiting":
                return answer
            reached, pause_s = True, answer.ask_again_s
        except ProvisioningError as error:
            if not reached:
                raise
            on_trouble(error)
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            raise ProvisioningError("nobody has decided yet", AGAIN)
        time.sleep(min(pause_s, left_s))


def _ask(hub_url: str, asked: EnrolmentAsked, ca: Path | str | None) -> EnrolmentAnswer:
    reply = ask(hub_url, "POST", "/api/v1/enrol/request", content=asked.to_json(), ca=ca)
    if reply.status_code != httpx.codes.OK:
        raise ProvisioningError(f"the hub does not take the request: {problem_detail(reply)}", AGAIN)
    try:
        return EnrolmentAnswer.parse(reply.content)
    except InvalidError as error:
        raise ProvisioningError(f"{hub_url} does not answer as a hub: {error}", "is the address right?") from error


def _key(folder: Path, make: Callable[[], ec.EllipticCurvePrivateKey], kept: Kept | None) -> ec.EllipticCurvePrivateKey:
    """The one with which this folder asked before, else a new one."""
    path = folder / KEY
    try:
        if path.exists():
            key = read_key(path.read_bytes())
            if kept in (None, kept_in(key)):
                return key
    except OSError as error:
        raise ProvisioningError(f"{path} cannot be read: {error.strerror}", "as administrator?") from error
    except InvalidError as error:
        raise ProvisioningError(f"{path} cannot be used: {error}", "remove the file and ask anew") from error
    new = make()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, key_pem(new), 0o600)
    except OSError as error:
        raise ProvisioningError(f"{folder} cannot be written: {error.strerror}", "as administrator?") from error
    return new
