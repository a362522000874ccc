"""Unpacks the commands of a release where there are none yet: what `invigil` itself needs, without camera and networks.

Copied onto cards and run by the system's Python, 3.11 or newer, with the standard library alone:

    python3 bootstrap.py RELEASE FOLDER && PYTHONPATH=FOLDER python3 -m provisioning …

Nothing is checked here but that the files are those of the manifest: whoever made the card chose the release, and the
command that is unpacked checks its signatures before it installs any of it.
"""

import hashlib
import io
import json
import platform
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

ROOT_PACKAGE = "invigil"


def main(release: Path, folder: Path) -> None:
    """Raises what zipfile and json raise for a file that is no release."""
    with zipfile.ZipFile(release) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        wheels = {canonical(file["name"].split("-")[0]): file for file in files_for_this_board(manifest)}
        wanted, seen = [ROOT_PACKAGE], set()
        while wanted:
            name = wanted.pop()
            if name in seen or name not in wheels:  # what is not there is for other systems or Pythons
                continue
            seen.add(name)
            wanted += unpack(archive, wheels[name], folder)
    if ROOT_PACKAGE not in seen:
        sys.exit(f"{release} holds nothing for this board: {this_board()}")


def files_for_this_board(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    boards = [index for index, target in enumerate(manifest["targets"]) if target == this_board()]
    return [file for file in manifest["files"] if not file.get("targets") or set(boards) & set(file["targets"])]


def this_board() -> dict[str, str]:
    return {"machine": platform.machine(), "python": f"{sys.version_info.major}.{sys.version_info.minor}"}


def unpack(archive: zipfile.ZipFile, file: dict[str, Any], folder: Path) -> list[str]:
    """One wheel into `folder`; the packages that it needs by itself."""
    content = archive.read("files/" + file["name"])
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        sys.exit(f"{file['name']} is not what the release says; copy it onto the card again")
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        wheel.extractall(folder)
        (metadata,) = (name for name in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        lines = wheel.read(metadata).decode().partition("\n\n")[0].splitlines()
    needs = [line.partition(":")[2].strip() for line in lines if line.startswith("Requires-Dist:")]
    return [canonical(re.split(r"[^A-Za-z0-9_.-]", need)[0]) for need in needs if not re.search(r"extra\s*==", need)]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
