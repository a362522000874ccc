"""Releases whose agent is the real one: our own wheel as it is built for a device, under any version, with a mistake in
it if wanted. What it needs of others is the environment of the tests, named by one wheel with one line: to unpack that
takes a gigabyte and minutes, and shows nothing of ours."""

import base64
import hashlib
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contract import release as contract
from provisioning.release.build import Recipe, add_signature, build
from provisioning.update.stage import this_target
from tests.support.processes import run
from tests.support.tiny_release import Workshop, make_wheel

ENVIRONMENT = "tested_environment"


@dataclass
class RealWorkshop(Workshop):
    """The wheel is built once. `packages` is where the device finds the environment."""

    packages: Path = Path(sysconfig.get_path("purelib"))

    def __post_init__(self) -> None:
        super().__post_init__()
        run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", self.folder)
        (self._built,) = self.folder.glob("invigil-*.whl")

    def real(self, version: str, changes: Mapping[str, tuple[str, str]] | None = None) -> Path:
        """Signed. `changes` of a file's text, each from what stands there once, are the mistake that it brings."""
        folder = self.folder / version
        wheel = make_wheel(folder / "wheels", ENVIRONMENT, "1.0", {f"{ENVIRONMENT}.pth": f"{self.packages}\n"}, {})
        ours = reissued(self._built, folder, version, changes or {})
        lock = folder / "lock.txt"
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lock.write_text(f"{ENVIRONMENT.replace('_', '-')}==1.0 --hash=sha256:{digest}\n")
        out = folder / f"invigil-{version}.release"
        recipe = Recipe(
            version=version,
            package=ours,
            lock=lock,
            wheels={this_target(): wheel.parent},
            made_at=datetime.now(UTC),
        )
        build(recipe, out, lambda _count: None)
        add_signature(out, lambda manifest: contract.sign(self.key, manifest))
        return out


def reissued(wheel: Path, folder: Path, version: str, changes: Mapping[str, tuple[str, str]]) -> Path:
    """The same wheel under another version."""
    old = "-".join(wheel.name.split("-")[:2])
    new = f"invigil-{version}"
    record: list[str] = []
    out = folder / wheel.name.replace(old, new, 1)
    with zipfile.ZipFile(wheel) as archive, zipfile.ZipFile(out, "w") as written:
        for info in archive.infolist():
            content = archive.read(info)
            path = info.filename.replace(f"{old}.dist-info", f"{new}.dist-info", 1)
            if path.endswith(".dist-info/METADATA"):
                content = content.replace(
                    f"\nVersion: {old.split('-')[1]}\n".encode(), f"\nVersion: {version}\n".encode()
                )
            if path in changes:
                before, after = (text.encode() for text in changes[path])
                assert content.count(before) == 1, f"{path} has changed: {changes[path][0]!r}"
                content = content.replace(before, after)
            if path.endswith(".dist-info/RECORD"):
                continue
            written.writestr(path, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(content)}\n")
        written.writestr(f"{new}.dist-info/RECORD", "".join(record) + f"{new}.dist-info/RECORD,,\n")
    return out
