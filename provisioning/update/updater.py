"""An update from its file to a release that is kept or given up, one step after the other.

Every step is in the journal before it begins. Killed anywhere, the device starts the release that `current` leads to,
which is whole at any moment; the next update clears away what was left (docs/decisions/0046).
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from contract.release import Release, open_release, version_key
from contract.wire import InvalidError
from provisioning import programs
from provisioning.console import ProvisioningError
from provisioning.update import settle
from provisioning.update.device import Device, trusted_keys
from provisioning.update.selftest import self_test
from provisioning.update.settle import Journal
from provisioning.update.stage import MARKER, Done, Releases, Step, refuse_full_disk, stage, this_target

AGAIN: Final = "run the same command after the exam session; what was prepared is kept"


@dataclass(frozen=True, slots=True)
class Options:
    """`agent_may_be_down`: install although the agent does not run, so that nobody knows of an exam session."""

    allow_older: bool = False
    agent_may_be_down: bool = False
    limit_s: float = settle.LIMIT_S
    well_for_s: float = settle.WELL_FOR_S
    request: str | None = None
    """Of the hub, which asks by it how far this is."""


class Updater:
    """One update at a time on a device, held by a lock that the programs it starts hold as well."""

    def __init__(self, device: Device, options: Options, step: Step, done: Done = lambda _count, _total: None) -> None:
        self._device = device
        self._releases = Releases(device.root)
        self._options = options
        self._step = step
        self._done = done
        self._held: tuple[int, ...] = ()

    def check(self, file: BinaryIO) -> Release:
        """Whether this device would take it, now; raises `ProvisioningError` that says why not. Changes nothing."""
        keys = trusted_keys(self._device.keys)
        try:
            release = open_release(file, keys)
            files = release.manifest.files_for(this_target())
        except InvalidError as error:
            raise ProvisioningError(
                str(error), "nothing was changed; get the release from where yours come from"
            ) from error
        there = settle.current(self._device.root)
        if not there:
            raise ProvisioningError(
                f"{self._device.root / 'current'} leads to no release",
                "install this device first: invigil device install",
            )
        self._refuse_version(release, there)
        if not (self._releases.folder(release.manifest.version) / MARKER).exists():
            refuse_full_disk(self._device.root, files)
        self._refuse_exam_session()
        return release

    def update(self, file: BinaryIO) -> Journal:
        """To its end; gives the journal, whose phase is `healthy` or `rolled_back`. Raises `ProvisioningError` where
        nothing was switched; where the hub asked for it, the journal says so as well."""
        with self._alone():
            self._clear()
            began: Journal = {
                "from": settle.current(self._device.root),
                "to": "",
                "request": self._options.request,
                "started_at": time.time(),
            }
            try:
                release = self._prepared(file, began)
                self._refuse_exam_session()
            except ProvisioningError as error:
                if began["phase"] != "checking" or self._options.request:
                    self._note(began, "failed", reason=str(error))
                raise
            journal = self._try_out(began)
            if journal["phase"] == "rolled_back":
                self._releases.remove(release.manifest.version)
            return journal

    def roll_back(self) -> Journal:
        """To the release before, which is tried as any other."""
        with self._alone():
            self._clear()
            there = settle.current(self._device.root)
            before = self.previous()
            if before is None:
                raise ProvisioningError(
                    "there is no other release on this device", "install one: invigil device update FILE"
                )
            self._refuse_below_floor(before)
            self._refuse_exam_session()
            return self._try_out({"from": there, "to": before, "request": None, "started_at": time.time()})

    def previous(self) -> str | None:
        """The newest of the others that are whole: the one before, as a rule."""
        there = settle.current(self._device.root)
        journal = settle.read_journal(self._device.root)
        others = [version for version in self._releases.whole() if version != there]
        last = [journal.get("from"), journal.get("to")]
        return next((version for version in last if version in others), others[-1] if others else None)

    # --- what is refused ----------------------------------------------------------------------------------------------

    def _refuse_version(self, release: Release, there: str) -> None:
        manifest = release.manifest
        try:
            older = version_key(manifest.version) <= version_key(there)
            too_old = manifest.minimum_from is not None and version_key(there) < version_key(manifest.minimum_from)
        except InvalidError:  # what runs was not installed from a release
            older = too_old = False
        if manifest.version == there:
            raise ProvisioningError(f"this device runs {there} already", "nothing is to be done")
        if older and not self._options.allow_older:
            raise ProvisioningError(
                f"{manifest.version} is older than {there}, which runs here", "to go back on purpose: --allow-older"
            )
        if too_old:
            raise ProvisioningError(
                f"{manifest.version} can be installed over {manifest.minimum_from} or newer; {there} runs here",
                f"install {manifest.minimum_from} first",
            )
        self._refuse_below_floor(manifest.version)

    def _refuse_below_floor(self, version: str) -> None:
        floor = self._floor()
        if floor is not None and version_key(version) < version_key(floor):
            raise ProvisioningError(
                f"{version} is older than {floor}, below which this device must not go back",
                "a release since then mended something that must stay mended; take that or a newer one",
            )

    def _refuse_exam_session(self) -> None:
        said = settle.read_agent(self._device.status)
        if not said and not self._options.agent_may_be_down:
            raise ProvisioningError(
                "the agent does not run, so nobody knows whether an exam session is on",
                "start it (systemctl start invigil-agent), or, if nobody sits there: --agent-down",
            )
        if said.get("exam_session_on") is True:
            raise ProvisioningError("an exam session is on here; it would not be monitored meanwhile", AGAIN)

    # --- the steps ----------------------------------------------------------------------------------------------------

    def _prepared(self, file: BinaryIO, began: Journal) -> Release:
        """The release lies there, whole and tested; one that an earlier update prepared is only tested."""
        self._step("checking")
        began["phase"] = "checking"
        release, target = self.check(file), this_target()
        version = began["to"] = release.manifest.version
        try:
            if self._releases.manifest(version) != release.manifest:
                self._note(began, "staging")
                stage(self._releases, release, target, self._step, self._done)
            self._note(began, "testing")
            self_test(self._releases.folder(version), version, self._device, self._held)
        except ProvisioningError:
            self._releases.remove(version)
            raise
        self._note(began, "tested")
        return release

    def _try_out(self, began: Journal) -> Journal:
        """The switch, and the wait for the agent's word."""
        self._step("switching")
        said = settle.read_agent(self._device.status)
        journal = {
            **began,
            "phase": "trial",
            "reason": "",
            "needs_hub": said.get("hub_here") is True,
            "starts": 0,
            "starts_max": settle.STARTS_MAX,
            "boot_id": settle.boot_id(),
            "since_s": settle.now_s(),
            "limit_s": self._options.limit_s,
            "well_for_s": self._options.well_for_s,
        }
        self._copy_settle()
        with settle.turn(self._device.root):
            settle.begin_trial(self._device.root, journal)
            self._step("linking")
            settle.point_at(self._device.root, journal["to"])
        self._step("restarting")
        try:
            self._restart()
        except ProvisioningError as error:
            settle.give_up(self._device.root, f"its agent could not be started: {error}")
            raise
        self._step("waiting")
        return self._finish(settle.watch(self._device.root, self._device.status))

    def _finish(self, journal: Journal) -> Journal:
        if journal["phase"] == "healthy":
            self._step("keeping")
            self._raise_floor(journal["to"])
            self._releases.prune(journal["from"])
        elif journal["phase"] == "rolled_back":
            self._step("going_back")
            self._restart()
        return journal

    def _clear(self) -> None:
        """What an update that was cut off left: the trial is settled, half a release goes."""
        journal = settle.settle(self._device.root, self._device.status)
        if journal["phase"] == "trial":
            raise ProvisioningError(
                f"release {journal['to']} is being tried since its update was cut off", "wait until that is decided"
            )
        if journal["phase"] in ("staging", "testing"):
            self._note(journal, "failed", reason="it was cut off before the switch")
        self._releases.prune(*self._releases.whole())

    def _note(self, began: Journal, phase: str, **more: Any) -> None:
        began.update({"phase": phase, "reason": "", **more})
        with settle.turn(self._device.root):
            settle.write_journal(self._device.root, began)
        self._step(phase)

    def _copy_settle(self) -> None:
        """What decides over trials when a release does not work is that of the release which switches."""
        folder = self._device.root / "boot"
        folder.mkdir(mode=0o755, exist_ok=True)
        new = folder / "settle.py.new"
        shutil.copyfile(settle.__file__, new)
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(folder / "settle.py")
        settle.sync_folder(folder)

    def _restart(self) -> None:
        programs.run(["systemctl", "--no-block", "restart", settle.SERVICE])

    # --- what is remembered -------------------------------------------------------------------------------------------

    def _floor(self) -> str | None:
        try:
            return (self._device.root / "state" / "floor").read_text().strip() or None
        except FileNotFoundError:
            return None

    def _raise_floor(self, version: str) -> None:
        manifest, known = self._releases.manifest(version), self._floor()
        floor = manifest.floor if manifest is not None else None
        if floor is None or (known is not None and version_key(floor) <= version_key(known)):
            return
        new = self._device.root / "state" / "floor.new"
        with new.open("w") as file:
            file.write(f"{floor}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(new.with_name("floor"))
        settle.sync_folder(new.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The lock is held until every program that was started has ended as well: a kill may leave one behind."""
        folder = self._device.root / "state"
        try:
            folder.mkdir(mode=0o755, exist_ok=True)
            file = (folder / "update.lock").open("w")
        except OSError as error:
            raise ProvisioningError(
                f"{folder} cannot be written: {error.strerror}", "run it as root: sudo …"
            ) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ProvisioningError("another update is at work on this device", "wait for its end") from error
            self._held = (file.fileno(),)
            try:
                yield
            finally:
                self._held = ()
