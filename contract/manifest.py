"""`models/manifest.toml`: which weights exist, where they come from, and how a detector must read them.

The agent reads it to load weights, provisioning to fetch them; both verify the same SHA-256.
"""

import hashlib
import os
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from contract.toml import read_toml
from contract.wire import InvalidError, Sha256, Wire

MODELS_DIR: Final = Path(__file__).resolve().parent.parent / "models"
"""The same place in a checkout and in an installed wheel: beside this package."""

Decoder = Literal["face_landmarker", "face_detector", "yolox", "ssd_postprocess", "sface"]


class WheelSource(Wire):
    """The same weights as a member of a wheel on the package index, for networks that reach nothing else."""

    project: str
    version: str
    member: str = Field(description="path inside the wheel")
    sha256: Sha256
    size_bytes: int = Field(ge=1)


class Tensor(Wire):
    shape: tuple[int, ...]
    dtype: Literal["float32", "uint8", "int8", "int64"]
    layout: str = Field("", description="NCHW or NHWC, channel order, value range, padding")


class Weights(Wire):
    name: str = Field(description="file name in the weights folder")
    detector: Literal["faces", "objects", "identity"]
    decoder: Decoder
    url: str
    sha256: Sha256
    size_bytes: int = Field(ge=1)
    licence: str
    default: bool = Field(True, description="fetched without being asked for by name")
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    labels: tuple[str, ...] = Field((), description="class index to label; an empty label is never reported")
    wheel: WheelSource | None = None

    @property
    def accepted(self) -> dict[str, int]:
        """SHA-256 to size of every file that counts as these weights."""
        known = {self.sha256: self.size_bytes}
        return known | ({self.wheel.sha256: self.wheel.size_bytes} if self.wheel else {})


class Manifest(Wire):
    weights: tuple[Weights, ...]

    def find(self, name: str) -> Weights:
        """The entry called `name`; raises `InvalidError` with the names there are."""
        for entry in self.weights:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.weights)
        raise InvalidError(f"no weights called {name!r} in the manifest (known: {known})")


def load_manifest(path: Path | None = None) -> Manifest:
    """The manifest that ships with Invigil, or another one; raises `InvalidError` naming file and field."""
    path = path or MODELS_DIR / "manifest.toml"
    try:
        return Manifest.configure(read_toml(path))
    except InvalidError as error:
        raise InvalidError(f"{path}: {error}") from error


def default_weights_dir() -> Path:
    """`INVIGIL_WEIGHTS_DIR`, or `weights/` beside the manifest."""
    named = os.environ.get("INVIGIL_WEIGHTS_DIR")
    return Path(named) if named else MODELS_DIR / "weights"


def check_weights(entry: Weights, folder: Path) -> str:
    """The SHA-256 of the weights on disk; raises `InvalidError` that says what is wrong and how to mend it."""
    path = folder / entry.name
    fix = f"run: invigil models fetch {entry.name}"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise InvalidError(f"{path} is not there; {fix}") from None
    except OSError as error:
        raise InvalidError(f"{path} cannot be read ({error.strerror}); {fix}") from error
    if found not in entry.accepted:
        raise InvalidError(f"{path} was altered: SHA-256 is {found}, the manifest says {entry.sha256}; {fix}")
    return found
