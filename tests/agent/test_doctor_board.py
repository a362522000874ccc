"""The doctor's checks of the board: heat, power, memory, disk, each with what is good, bad, and not to be known."""

from pathlib import Path

import pytest

from agent.doctor.check import Check
from agent.doctor.checks.disk_space import DiskSpace, judge
from agent.doctor.checks.disk_wear import DiskWear
from agent.doctor.checks.memory import Memory
from agent.doctor.checks.temperature import Temperature
from agent.doctor.checks.throttling import Throttling
from agent.doctor.checks.under_voltage import UnderVoltage
from tests.support.patients import a_patient, put

ZONE = "sys/class/thermal/thermal_zone{}/temp"
BITS = "sys/devices/platform/soc/soc:firmware/get_throttled"
BITS_OF_A_PI_5 = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
MMC = "sys/block/mmcblk0/device/"


def look(check: Check, folder: Path) -> tuple[str, str, float | None]:
    found = check.look(a_patient(folder))
    return found.state, found.said, found.value


@pytest.mark.parametrize(
    ("zones", "state", "value"),
    [
        (["51500", "48000"], "ok", 51.5),
        (["48000", "80000"], "warning", 80.0),
        (["85000"], "failed", 85.0),
        (["0", "-274000", "1000000", "nothing"], "unknown", None),
        ([], "unknown", None),
    ],
)
def test_the_hottest_place_counts_and_figures_that_no_board_has_do_not(
    tmp_path: Path, zones: list[str], state: str, value: float | None
) -> None:
    for number, text in enumerate(zones):
        put(tmp_path, ZONE.format(number), text)
    found = look(Temperature(), tmp_path)
    assert (found[0], found[2]) == (state, value)


@pytest.mark.parametrize(
    ("bits", "slow", "power"),
    [
        ("0x0", "ok", "ok"),
        ("50005", "failed", "failed"),
        ("0x2", "failed", "ok"),
        ("0x8", "failed", "ok"),
        ("0xe0000", "warning", "ok"),
        ("0x10000", "ok", "warning"),
        ("0x1", "ok", "failed"),
        ("nonsense", "unknown", "unknown"),
    ],
)
@pytest.mark.parametrize("path", [BITS, BITS_OF_A_PI_5])
def test_the_firmwares_bits_are_read_one_by_one(tmp_path: Path, path: str, bits: str, slow: str, power: str) -> None:
    put(tmp_path, path, f"{bits}\n")
    assert look(Throttling(), tmp_path)[0] == slow
    assert look(UnderVoltage(), tmp_path)[0] == power


def test_another_board_says_that_it_does_not_tell(tmp_path: Path) -> None:
    for check in (Throttling(), UnderVoltage()):
        state, said, _ = look(check, tmp_path)
        assert (state, "not known on this board" in said) == ("unknown", True)


@pytest.mark.parametrize(("alarm", "state"), [("0", "ok"), ("1", "failed")])
def test_the_kernels_own_alarm_serves_where_the_bits_are_not_to_be_had(tmp_path: Path, alarm: str, state: str) -> None:
    put(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal")
    put(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm)
    assert look(UnderVoltage(), tmp_path)[0] == state


@pytest.mark.parametrize(
    ("total_kb", "available_kb", "killed", "state"),
    [
        (4_000_000, 2_000_000, 0, "ok"),
        (4_000_000, 2_000_000, 2, "warning"),
        (4_000_000, 500_000, 0, "warning"),
        (4_000_000, 100_000, 0, "failed"),
    ],
)
def test_memory_is_what_programs_could_still_have(
    tmp_path: Path, total_kb: int, available_kb: int, killed: int, state: str
) -> None:
    put(tmp_path, "proc/meminfo", f"MemTotal: {total_kb} kB\nMemFree: 1 kB\nMemAvailable: {available_kb} kB\n")
    put(tmp_path, "proc/vmstat", f"nr_free_pages 17\noom_kill {killed}\n")
    found = look(Memory(), tmp_path)
    assert (found[0], found[2]) == (state, round(available_kb * 1024 / 1e9, 2))


def test_a_kernel_that_does_not_tell_leaves_memory_unknown(tmp_path: Path) -> None:
    assert look(Memory(), tmp_path)[0] == "unknown"


@pytest.mark.parametrize(
    ("life_time", "pre_eol", "state", "value"),
    [
        ("0x01 0x02", "0x01", "ok", 20.0),
        ("0x09 0x01", "0x01", "warning", 90.0),
        ("0x02 0x02", "0x02", "warning", 20.0),
        ("0x0b 0x01", "0x01", "failed", 100.0),
        ("0x02 0x02", "0x03", "failed", 20.0),
        ("0x00 0x00", "0x00", "unknown", None),
        (None, None, "unknown", None),
    ],
)
def test_flash_memory_tells_how_worn_it_is_or_does_not(
    tmp_path: Path, life_time: str | None, pre_eol: str | None, state: str, value: float | None
) -> None:
    if life_time is not None and pre_eol is not None:
        put(tmp_path, f"{MMC}life_time", f"{life_time}\n")
        put(tmp_path, f"{MMC}pre_eol_info", f"{pre_eol}\n")
    found = look(DiskWear(), tmp_path)
    assert (found[0], found[2]) == (state, value)


def test_a_card_that_became_read_only_has_failed_whatever_it_says_of_its_life(tmp_path: Path) -> None:
    put(tmp_path, f"{MMC}life_time", "0x01 0x01")
    put(tmp_path, "proc/mounts", f"/dev/root / ext4 ro,noatime 0 0\n/dev/sda1 {tmp_path} ext4 rw 0 0\n")
    assert look(DiskWear(), tmp_path)[0] == "ok", "the state lies on the other one"
    put(tmp_path, "proc/mounts", f"/dev/root / ext4 rw 0 0\n/dev/sda1 {tmp_path} ext4 ro,relatime 0 0\nbroken\n")
    state, said, _ = look(DiskWear(), tmp_path)
    assert (state, "read-only" in said) == ("failed", True)


def test_errors_that_the_file_system_noted_are_worth_a_look(tmp_path: Path) -> None:
    put(tmp_path, "sys/fs/ext4/mmcblk0p2/errors_count", "0")
    put(tmp_path, "sys/fs/ext4/mmcblk0p1/errors_count", "3")
    state, _, value = look(DiskWear(), tmp_path)
    assert (state, value) == ("warning", 3)


@pytest.mark.parametrize(("free", "state"), [(20_000_000_000, "ok"), (999_000_000, "warning"), (99_000_000, "failed")])
def test_disk_space_is_judged_by_what_events_and_evidence_need(free: int, state: str) -> None:
    found = judge(free, Path("/var/lib/invigil-agent"))
    assert (found.state, found.unit) == (state, "GB")


def test_disk_space_is_known_before_the_first_start(tmp_path: Path) -> None:
    assert not (tmp_path / "state").exists()
    found = DiskSpace().look(a_patient(tmp_path))
    assert found.value is not None
    assert str(tmp_path) in found.said
