"""Files that people write: a typing error is named with file and field, and nothing in a file makes a program fall over
with a traceback."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from agent.errors import StorageError
from agent.evaluation.labels import read_labels
from contract.device import load_device_config
from contract.manifest import MODELS_DIR, load_manifest
from contract.wire import InvalidError
from hub.config import load_settings
from hub.errors import HubError
from tests.contract.examples import EXAMPLES
from tests.support.damage import as_json
from tests.support.fuzz import Fuzz, Parse, Record, count_of, json_like, text_like

HUB = """
host = "0.0.0.0"
public_host = "hub.example"
behind_proxy = true
proxy_addresses = ["10.0.0.0/8"]
log_format = "json"
[ice]
urls = ["stun:turn.example:3478", "turn:turn.example:3478?transport=udp"]
turn_secret_file = "turn.secret"
[exams]
turnaround_s = 300
[sign_in]
totp_required = ["admin"]
[oidc]
issuer = "https://login.example/realms/exams"
client_id = "hub"
client_secret_file = "oidc.secret"
public_url = "https://hub.example"
role_claim = "groups"
roles = { staff = "proctor" }
[database]
url = "postgresql://invigil@db.example/invigil?sslmode=verify-full"
password_file = "postgresql.password"
[broker]
host = "mqtt.example"
[s3]
bucket = "evidence"
endpoint = "https://s3.example"
"""
LETTERS = text_like("[]{}=\"'#.,-_:\n\\u0123456789Teabhostuvr ")


def toml(document: Any) -> bytes:
    """As TOML where it can be said in it (there is no null), else as JSON, which is no TOML."""
    try:
        return tomli_w.dumps(document).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, AttributeError):
        return as_json(document)


def device(folder: Path) -> tuple[Parse, dict[str, bytes]]:
    config: Any = EXAMPLES["device_config"]
    seed = tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)).encode()

    def parse(data: bytes) -> object:
        path = folder / "device.toml"
        path.write_bytes(data)
        return load_device_config(path)

    return parse, {"device.toml": seed}


def hub(folder: Path) -> tuple[Parse, dict[str, bytes]]:
    def parse(data: bytes) -> object:
        (folder / "hub.toml").write_bytes(data)
        settings = load_settings(folder, {})
        assert settings.reach_host
        return settings.database_at, settings.secure_cookie

    return parse, {"hub.toml": HUB.encode(), "port": b"port = 0\nmqtt_port = 0\n"}


def manifest(folder: Path) -> tuple[Parse, dict[str, bytes]]:
    def parse(data: bytes) -> object:
        (folder / "manifest.toml").write_bytes(data)
        return load_manifest(folder / "manifest.toml")

    return parse, {"manifest.toml": (MODELS_DIR / "manifest.toml").read_bytes()}


@pytest.mark.parametrize("make", [device, hub, manifest], ids=["device.toml", "hub.toml", "manifest.toml"])
def test_settings(make: Any, tmp_path: Path, record: Record) -> None:
    parse, seeds = make(tmp_path)
    documents = {name: tomllib.loads(data.decode()) for name, data in seeds.items()}
    name = f"configuration: {next(iter(seeds))}"
    Fuzz(name, parse, seeds, (InvalidError, HubError), documents, toml, made_up=LETTERS).run(count_of(0.5), record)


def test_labels_of_footage(tmp_path: Path, record: Record) -> None:
    """Not a single file is refused as a whole: what is wrong is in the list of errors."""
    document = {
        "videos": [
            {
                "id": "v1",
                "file": "labels.json",
                "duration": 4.0,
                "intervals": [
                    {"t0": 0, "t1": 2, "labels": ["face_ok"]},
                    {"t0": 2, "t1": 4, "labels": ["phone", "away_left"], "dont_care": ["book"]},
                ],
            }
        ]
    }

    def parse(data: bytes) -> object:
        (tmp_path / "labels.json").write_bytes(data)
        footage = read_labels([tmp_path / "labels.json"])
        if footage.errors:
            raise InvalidError(footage.errors[0])
        return footage

    seeds = {"labels": as_json(document)}
    Fuzz(
        "configuration: labels", parse, seeds, (InvalidError, StorageError), {"labels": document}, made_up=json_like()
    ).run(count_of(0.5), record)


@pytest.mark.parametrize("written", ["a = " + "[" * 5000, "spool_max_bytes = " + "9" * 5000, 'booth = "\udc80"'])
@pytest.mark.parametrize("make", [device, hub, manifest], ids=["device.toml", "hub.toml", "manifest.toml"])
def test_brackets_without_end_and_endless_numbers(make: Any, written: str, tmp_path: Path) -> None:
    """Each of these ended a program with a traceback that named no file."""
    parse, seeds = make(tmp_path)
    with pytest.raises((InvalidError, HubError), match=next(iter(seeds))):
        parse(written.encode(errors="surrogateescape"))
