"""A release with the real commands in it: our own wheel, and the packages that `invigil` needs, as they are installed
here. Without those of camera and networks, which are a third of a gigabyte: its agent does not run."""

import base64
import hashlib
import sys
import zipfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from packaging.requirements import Requirement

from contract import release as contract
from contract.release import canonical
from provisioning.release.build import Recipe, add_signature, build
from provisioning.update.stage import this_target
from tests.support.processes import run


def packed_release(folder: Path, *, signed: bool = True) -> tuple[Path, Path]:
    """The release, and the public key of who signs it."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (ours,) = folder.glob("invigil-*.whl")
    version = ours.name.split("-")[1]
    packed = [pack(name, wheels) for name in sorted(needed("invigil"))]
    lock = folder / "lock.txt"
    lines = (f"{path.name.split('-')[0]}=={path.name.split('-')[1]}  --hash=sha256:{sha256(path)}\n" for path in packed)
    lock.write_text("".join(lines))
    release = folder / f"invigil-{version}.release"
    recipe = Recipe(version=version, made_at=datetime.now(UTC), package=ours, lock=lock, wheels={this_target(): wheels})
    build(recipe, release, lambda _count: None)
    key = Ed25519PrivateKey.generate()
    if signed:
        add_signature(release, lambda manifest: contract.sign(key, manifest))
    public = folder / "centre-2026.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return release, public


def needed(package: str) -> set[str]:
    """What it needs without any extra, and what that needs."""
    found: set[str] = set()
    wanted = [package]
    while wanted:
        for line in metadata.requires(wanted.pop()) or ():
            requirement = Requirement(line)
            name = canonical(requirement.name)
            if name not in found and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
                found.add(name)
                wanted.append(name)
    return found


def pack(name: str, folder: Path) -> Path:
    """An installed package as the wheel that it came in."""
    package = metadata.distribution(name)
    tag = next(line for line in (package.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: "))
    stem = canonical(name).replace("-", "_")
    wheel = folder / f"{stem}-{package.version}-{tag.removeprefix('Tag: ')}.whl"
    record: list[str] = []
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in package.files or ():
            unwanted = (
                file.parts[0] == ".." or file.suffix == ".pyc" or file.name in ("RECORD", "INSTALLER", "REQUESTED")
            )
            if unwanted:
                continue
            content = Path(file.locate()).read_bytes()
            path = _under_one_name(str(file), f"{stem}-{package.version}.dist-info")
            archive.writestr(path, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(content)}\n")
        archive.writestr(f"{stem}-{package.version}.dist-info/RECORD", "".join(record))
    return wheel


def _under_one_name(path: str, info: str) -> str:
    """A wheel's metadata lies under the name that the wheel has, however its maker spelt it."""
    first, _, rest = path.partition("/")
    return f"{info}/{rest}" if first.endswith(".dist-info") else path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
