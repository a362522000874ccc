"""Simulated booths for load: enrolled as devices are, run by `invigil-agent simulate`, compared with the hub."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from contract.device import CameraConfig
from provisioning.console import ProvisioningError
from provisioning.enrolment import CONFIG, enrol
from provisioning.hub import HubClient
from provisioning.programs import Program, beside_python

PREFIX: Final = "sim-"
"""Whatever is called so at a hub was simulated."""
AT_ONCE: Final = 4
"""Devices that enrol at the same time: the hub signs about as fast."""
SUMS: Final = ("booths", "connected", "appended", "acknowledged", "waiting", "pictures", "cuts")
WORST: Final = ("ack_p50_ms", "ack_p99_ms")


@dataclass(frozen=True)
class Verdict:
    """What the booths' journals say against what the hub shows; numbers of violations."""

    kept: int
    shown: int
    lost: int
    """On a booth's disk, and not in the hub."""
    doubled: int
    invented: int
    """In the hub, and no booth was about to raise it."""

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.invented)


def booth_names(count: int) -> list[str]:
    return [f"{PREFIX}{number:04d}" for number in range(1, count + 1)]


def strangers(client: HubClient) -> list[str]:
    """Booths of the hub that nobody simulated."""
    return [booth["booth_id"] for booth in client.booths() if not booth["booth_id"].startswith(PREFIX)]


def enrol_booths(
    client: HubClient, names: Sequence[str], folder: Path, ca: Path | None, enrolled: Callable[[], None]
) -> None:
    """A folder for each in `folder`; one that is enrolled there already stays so. Raises `ProvisioningError`."""
    known = {booth["booth_id"] for booth in client.booths()}

    def one(name: str) -> None:
        if not (folder / name / CONFIG).exists():
            if name not in known:
                client.post("/booths", {"booth_id": name, "name": f"Simulated {name.removeprefix(PREFIX)}"})
            enrol(
                hub_url=client.url,
                claim_code=client.post(f"/booths/{name}/claim-code")["code"],
                folder=folder / name,
                camera=CameraConfig.configure({"kind": "replay", "source": "none"}),
                weights_dir=None,
                ca=ca,
                force=False,
            )
        enrolled()

    with ThreadPoolExecutor(AT_ONCE) as several:
        for _ in several.map(one, names):
            pass


@dataclass
class Crowd:
    """Processes that simulate; each has its share of the folders."""

    folder: Path
    processes: int
    options: Sequence[str]

    def __post_init__(self) -> None:
        self._logs = self.folder / "logs"
        self._programs = [self._program(number) for number in range(1, self.processes + 1)]

    def start(self) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        for number, program in enumerate(self._programs, start=1):
            self._file("report", number).unlink(missing_ok=True)
            program.start()

    def stop(self) -> None:
        for program in self._programs:
            program.stop()

    @property
    def ended(self) -> bool:
        """Raises `ProvisioningError` when one could not simulate."""
        for program in self._programs:
            if program.exit_code not in (None, 0, 1):
                program.must_run()
        return all(program.exit_code is not None for program in self._programs)

    def sheet(self) -> dict[str, Any]:
        """Of all processes together; the percentiles are those of the slowest."""
        sheets = [sheet for number in range(1, self.processes + 1) if (sheet := _last(self._file("report", number)))]
        trouble: Counter[str] = Counter()
        for sheet in sheets:
            trouble.update(sheet["trouble"])
        worst = {name: max((sheet[name] for sheet in sheets if sheet[name]), default=None) for name in WORST}
        return {name: sum(sheet[name] for sheet in sheets) for name in SUMS} | worst | {"trouble": dict(trouble)}

    def journal(self) -> Iterator[tuple[str, str]]:
        """`will` before a violation, `kept` once it is on a booth's disk; with its id."""
        for number in range(1, self.processes + 1):
            for line in self._file("journal", number).read_text().splitlines():
                word, _, violation_id = line.partition(" ")
                yield word, violation_id

    def _program(self, number: int) -> Program:
        command = [beside_python("invigil-agent"), "simulate", str(self.folder), *self.options]
        files = ["--report", str(self._file("report", number)), "--journal", str(self._file("journal", number))]
        part = ["--share", f"{number}/{self.processes}", "--seed", str(number)]
        return Program(f"simulation {number}", [*command, *part, *files], self._logs / f"simulation-{number}.log")

    def _file(self, kind: str, number: int) -> Path:
        return self._logs / f"{kind}-{number}"


def judge(journal: Iterable[tuple[str, str]], client: HubClient, names: Sequence[str], since: datetime) -> Verdict:
    """Compares each violation by its id, of those that were opened since then."""
    will: set[str] = set()
    kept: set[str] = set()
    for word, violation_id in journal:
        (will if word == "will" else kept).add(violation_id)
    asked: list[dict[str, Any]] = [{"booth_id": name, "from": since.isoformat()} for name in names]
    shown = Counter(row["violation_id"] for booth in asked for row in client.pages("/violations", **booth))
    return Verdict(
        kept=len(kept),
        shown=len(shown),
        lost=len(kept - shown.keys()),
        doubled=sum(times > 1 for times in shown.values()),
        invented=len(shown.keys() - will),
    )


def _last(report: Path) -> dict[str, Any] | None:
    """The last whole line."""
    try:
        lines = report.read_text().splitlines(keepends=True)
    except FileNotFoundError:
        return None
    whole = [line for line in lines[-2:] if line.endswith("\n")]
    try:
        sheet: dict[str, Any] | None = json.loads(whole[-1]) if whole else None
    except ValueError as error:
        raise ProvisioningError(f"{report} cannot be read: {error}") from error
    return sheet
