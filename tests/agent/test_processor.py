"""What the processor can run, from what the kernel says of it."""

import os
from pathlib import Path

import pytest

from agent.vision import processor
from agent.vision.processor import why_no_mediapipe

AT_PAGESZ, UNKNOWN = 6, 999


@pytest.mark.parametrize(
    ("machine", "hwcap", "lacks"),
    [
        ("aarch64", 0x8FB, True),  # Cortex-A72: fp asimd aes pmull sha1 sha2 crc32 cpuid
        ("aarch64", 0x119FFB, False),  # Cortex-A76: atomics among others
        ("aarch64", 0, True),
        ("x86_64", 0, False),
    ],
)
def test_atomics_are_read_from_what_the_kernel_tells_every_process(
    tmp_path: Path, machine: str, hwcap: int, lacks: bool
) -> None:
    possible = tmp_path / "possible"
    possible.write_text("0-3\n")
    assert ("LSE atomics" in why_no_mediapipe(machine, hwcap, possible)) is lacks


def test_the_kernels_word_is_about_this_process() -> None:
    assert processor._told_by_kernel(AT_PAGESZ) == os.sysconf("SC_PAGE_SIZE")
    assert processor._told_by_kernel(UNKNOWN) == 0


def test_a_system_that_hides_its_processors_is_spared(tmp_path: Path) -> None:
    assert "needs to read" in why_no_mediapipe("x86_64", possible=tmp_path / "possible")
