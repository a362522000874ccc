"""`weights`: whether the networks' weights are there and unaltered."""

import os
import sys
from pathlib import Path

from agent.doctor.check import Check, Finding, failed, ok
from agent.doctor.patient import Patient
from agent.programs import ask
from contract.manifest import Weights as Entry
from contract.manifest import check_weights, load_manifest
from contract.wire import InvalidError


class Weights(Check):
    name = "weights"
    title = "Model weights"
    means = "The files of the neural networks are there, and their SHA-256 is the manifest's; others are not loaded."
    advice = "invigil models fetch, or from a stick where there is no network: invigil models fetch --mirror FOLDER."
    limit_s = 20.0
    costly = True
    mends = "fetches what is missing or altered again, and takes only what has the manifest's SHA-256"
    mend_limit_s = 900.0

    def look(self, patient: Patient) -> Finding:
        wanted, wrong = _wrong(patient)
        good = wanted - len(wrong)
        if wrong:
            names = ", ".join(f"{entry.name} {'is altered' if there else 'is missing'}" for entry, there in wrong)
            return failed(f"{good} of {wanted} files are good: {names}", good, "files")
        return ok(f"{good} files are there and unaltered", good, "files")

    def fix(self, patient: Patient) -> str:
        _, wrong = _wrong(patient)
        folder = patient.weights_dir
        if os.geteuid() == 0 and (folder.is_symlink() or (folder.exists() and folder.stat().st_uid != 0)):
            raise InvalidError(f"{folder} is not root's, who writes there for nobody else; run it as its owner")
        names = [entry.name for entry, _ in wrong]
        program = Path(sys.executable).with_name("invigil")
        command = [str(program), "models", "fetch", *names, "--weights-dir", str(folder)]
        said = ask(command, self.mend_limit_s - 10)
        if not said.done:
            raise InvalidError(said.text.strip().splitlines()[-1] if said.text.strip() else "they could not be fetched")
        return f"fetched {', '.join(names)}"


def _wrong(patient: Patient) -> tuple[int, list[tuple[Entry, bool]]]:
    """How many files there should be, and which are not good, with whether they are there at all."""
    folder = patient.weights_dir
    wanted = [entry for entry in load_manifest().weights if entry.default or (folder / entry.name).exists()]
    wrong = []
    for entry in wanted:
        try:
            check_weights(entry, folder)
        except InvalidError:
            wrong.append((entry, (folder / entry.name).exists()))
    return len(wanted), wrong
