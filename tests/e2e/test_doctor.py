"""A technician asks from afar how a device does, and by hand beside its agent: real hub, broker, agent and networks."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.checkup import Checkup
from tests.support.cli import invigil
from tests.support.footage import textured, write_video
from tests.support.processes import wait_for
from tests.support.stack import stack

pytestmark = pytest.mark.timeout(300)


def online(client: httpx.Client) -> dict[str, Any] | None:
    devices = client.get("/api/v1/devices").json()["items"]
    return next((device for device in devices if device["availability"] == "online"), None)


def states(checkup: Checkup) -> dict[str, str]:
    return {check.name: check.state for check in checkup.checks}


def test_a_device_is_looked_over_from_afar_and_by_hand_while_its_agent_has_the_camera(tmp_path: Path) -> None:
    video = write_video(tmp_path / "camera.mp4", map(textured, range(40)))
    with stack(tmp_path) as centre:
        centre.add_booth("booth-1", video)
        with centre.client() as client:
            device = wait_for("the device to be online", lambda: online(client))
            path = f"/api/v1/devices/{device['device_id']}"
            wait_for("a picture", lambda: (client.get(path).json()["health"] or {}).get("camera") == "ok")
            asked = client.post(f"{path}/doctor", timeout=120)
            assert asked.status_code == 200, asked.text
            found = states(Checkup.parse(asked.content))
            well = (
                "agent",
                "versions",
                "camera",
                "light",
                "weights",
                "clock",
                "hub",
                "broker",
                "certificate",
                "outbox",
            )
            assert {name: found[name] for name in well} == dict.fromkeys(well, "ok"), asked.text
            assert found["camera"] in {"ok", "warning"}, "a machine with much to do delivers fewer pictures"
            assert found["inference"] != "unknown"
            kept = wait_for("the hub to keep it", lambda: client.get(path).json()["checkup"])
            assert Checkup.model_validate(kept).reason in {"asked", "start"}
            config = tmp_path / "booth-1/device.toml"
            wait_for("the agent's status", lambda: (tmp_path / "booth-1/state/status.json").exists())
            by_hand = invigil("device", "doctor", "--config", config, "--json", "--only", "camera", "--only", "broker")
            looked = states(Checkup.parse(by_hand.out))
            assert (looked["camera"] in {"ok", "warning"}, looked["broker"]) == (True, "ok"), by_hand.out
            assert online(client) is not None, "another look at the broker has not thrown the agent out"
