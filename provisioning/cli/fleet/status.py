"""`invigil fleet status`: everything that the hub knows of one booth's device, and what to do about it."""

from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from provisioning import console, fleet
from provisioning.cli.fleet.choosing import AsJson, Booth
from provisioning.cli.fleet.listing import ago, moment
from provisioning.hub import HubClient
from provisioning.standing import care_of, word_of

EPILOG = """\b
Examples: invigil fleet status room-1-a
          invigil fleet status room-1-a --json | jq .health.temperature_c

\b
The JSON is the hub's own: GET /api/v1/devices/ID.
Exit codes: 0 shown · 1 no such booth, or the hub refused · 2 the command line was not understood."""


def status(booth: Booth, as_json: AsJson = False) -> None:
    """Show how the device of a booth does, why, and what to do."""
    with HubClient.found() as client:
        device = fleet.find_one(client, booth)
        detail = client.get(f"/devices/{device['device_id']}")
    if as_json:
        console.print_json(detail)
        return
    _headline(detail["device"])
    _cares(detail["device"])
    _drift(detail["device"])
    table = Table.grid(padding=(0, 2))
    for word, value in _facts(detail, datetime.now(UTC)):
        table.add_row(Text(word, "dim"), Text(console.printable(value)))
    console.print_table(table)


def _headline(device: dict[str, Any]) -> None:
    word = word_of(device["status"])
    head = Text.assemble((f"{word.sign} {device['status']}", f"bold {word.style}"), f"  {device['booth_id']}: ")
    console.answer.print(head + Text(word.means))
    if device["revoked_reason"]:
        who = device["revoked_by"] or "the command line"
        console.answer.print(Text(f"  revoked by {who}: {console.printable(device['revoked_reason'])}"))
    if device["exam_session_on"]:
        console.answer.print(Text("  an exam session is on: somebody sits there", "yellow"))


def _cares(device: dict[str, Any]) -> None:
    for care in device["care"]:
        words, todo = care_of(care["code"])
        detail = f" ({console.printable(care['detail'])})" if care["detail"] else ""
        console.answer.print(Text.assemble(("▲ ", "yellow"), f"{words}{detail}\n    → {todo}"))


def _drift(device: dict[str, Any]) -> None:
    for one in device["drift"]:
        said = console.printable(one["reported"]) or "nothing yet"
        words = f"{one['field'].replace('_', ' ')}: should be {one['desired']}, is {said}"
        console.answer.print(Text.assemble(("≠ ", "yellow"), words))


def _facts(detail: dict[str, Any], now: datetime) -> list[tuple[str, str]]:
    device, facts, health = detail["device"], detail["facts"] or {}, detail["health"] or {}
    ends = moment(device["not_after"])
    rows = [
        ("booth", f"{device['booth_name']} ({device['booth_id']}), room {device['room_id'] or '–'}"),
        ("certificate", f"{device['serial']}, good until {ends:%Y-%m-%d} ({(ends - now).days} days)"),
        ("enrolled", f"{moment(device['enrolled_at']):%Y-%m-%d %H:%M} UTC from {device['enrolled_from'] or '–'}"),
        ("last seen", ago(device["last_seen_at"], now)),
        ("devices so far", str(len(detail["history"]))),
    ]
    if facts:
        rows += [
            ("board", f"{facts['model'] or '–'}, number {facts['hardware_serial'] or '–'}"),
            ("system", f"{facts['os'] or '–'}, {facts['kernel']}, {facts['machine']}, Python {facts['python']}"),
        ]
    if health:
        rows += _health(health)
    if detail["clock_offset_ms"] is not None:
        rows.append(("clock", f"{detail['clock_offset_ms']:+.0f} ms against the hub's"))
    return rows


def _health(health: dict[str, Any]) -> list[tuple[str, str]]:
    detectors = ", ".join(f"{one['name']} {one['state']}" for one in health["detectors"]) or "none"
    rows = [
        ("agent", f"{health['version']}, runs for {_span(health['uptime_s'])}"),
        ("camera", f"{health['camera']}, {health['capture_fps']:.1f} fps, {health['camera_detail']}".rstrip(", ")),
        ("detectors", detectors),
        ("waiting", f"{health['outbox_depth']} events, {health['spool_files']} files of evidence"),
        ("disk", _share(health["disk_free_bytes"], health.get("disk_total_bytes"))),
    ]
    if health.get("memory_available_bytes") is not None:
        rows.append(("memory", _share(health["memory_available_bytes"], health.get("memory_total_bytes"))))
    if health.get("load_1m") is not None:
        rows.append(("load", f"{health['load_1m']:.2f}"))
    if health.get("temperature_c") is not None:
        slowed = ", slowed down" if health["throttled"] else ""
        rows.append(("temperature", f"{health['temperature_c']:.0f} °C{slowed}"))
    if health.get("board_uptime_s") is not None:
        rows.append(("board runs for", _span(health["board_uptime_s"])))
    if health["errors"]:
        rows.append(("troubles counted", ", ".join(f"{name} {count}" for name, count in health["errors"].items())))
    return rows


def _share(free: int, total: int | None) -> str:
    return f"{free / 1e9:.1f} GB free" + (f" of {total / 1e9:.1f} GB" if total else "")


def _span(seconds: float) -> str:
    days, rest = divmod(int(seconds), 86400)
    hours, rest = divmod(rest, 3600)
    return f"{days} d {hours} h" if days else f"{hours} h {rest // 60} min"
