"""What the processor can run, read from files as the kernel writes them."""

from pathlib import Path

import pytest

from agent.vision.processor import why_no_mediapipe


@pytest.mark.parametrize(
    ("machine", "features", "lacks"),
    [
        ("aarch64", "Features\t: fp asimd evtstrm crc32 cpuid", True),  # Cortex-A72
        ("aarch64", "Features\t: fp asimd evtstrm aes crc32 atomics fphp", False),  # Cortex-A76
        ("aarch64", None, True),
        ("x86_64", None, False),
    ],
)
def test_atomics_are_read_from_cpuinfo(tmp_path: Path, machine: str, features: str | None, lacks: bool) -> None:
    cpuinfo, possible = tmp_path / "cpuinfo", tmp_path / "possible"
    possible.write_text("0-3\n")
    if features:
        cpuinfo.write_text(f"processor\t: 0\n{features}\nCPU part\t: 0xd08\n")
    assert ("LSE atomics" in why_no_mediapipe(machine, cpuinfo, possible)) is lacks


def test_a_system_that_hides_its_processors_is_spared(tmp_path: Path) -> None:
    assert "needs to read" in why_no_mediapipe("x86_64", possible=tmp_path / "possible")
