"""Releases at the hub and rollouts: what is taken, who fetches it, and that a phase with a failure is the last one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.updates import UpdateCommand
from hub import states
from hub.parts import Hub
from hub.releases import engine
from tests.support.exams import Centre
from tests.support.hub import Device, a_hub, add_user, browser, sign_in
from tests.support.people import asked, audited, get, get_until, person
from tests.support.tiny_release import Workshop
from tests.support.updating_booth import OLD, Fate, UpdatingBooth, an_updating_booth

pytestmark = pytest.mark.anyio

NEW = "1.1.0"
QUICK: dict[str, Any] = {"version": NEW, "settle_s": 0}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LOOK_S", 0.05)
    monkeypatch.setattr(states, "HEALTH_INTERVAL_S", 0.1)


@dataclass
class Fleet:
    hub: Hub
    client: httpx.AsyncClient
    booths: list[UpdatingBooth]

    async def start(self, status: int = 201, **changes: Any) -> Any:
        return await asked(self.client, "POST", "/rollouts", status, **QUICK | changes)

    async def turns(self, rollout: Any, state: str) -> Any:
        """The detail once it is in this state."""
        path = f"/rollouts/{rollout['rollout']['rollout_id']}"
        return await get_until(self.client, path, lambda said: said["rollout"]["state"] == state)

    async def show(self, rollout: Any) -> Any:
        return await get(self.client, f"/rollouts/{rollout['rollout']['rollout_id']}")


async def upload(client: httpx.AsyncClient, content: bytes) -> httpx.Response:
    return await client.post("/api/v1/releases", content=content, headers={"Content-Type": "application/octet-stream"})


@asynccontextmanager
async def centre(data: Path, workshop: Workshop) -> AsyncIterator[Fleet]:
    """A hub that trusts the workshop, and ada."""
    (data / "release-keys").mkdir(parents=True)
    for key in workshop.keys_dir.iterdir():
        (data / "release-keys" / key.name).write_bytes(key.read_bytes())
    async with a_hub(data) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        yield Fleet(hub, client, [])


@asynccontextmanager
async def fleet(data: Path, workshop: Workshop, *fates: Fate) -> AsyncIterator[Fleet]:
    """With the release, and one booth for each fate, all connected."""
    async with centre(data, workshop) as found, AsyncExitStack() as stack:
        assert (await upload(found.client, workshop.release(NEW).read_bytes())).status_code == 201
        for number, fate in enumerate(fates):
            booth = an_updating_booth(found.hub, data, f"booth-{number}", fate)
            found.booths.append(await stack.enter_async_context(booth))
        await get_until(found.client, "/devices", lambda said: all(each["version"] == OLD for each in said["items"]))
        yield found


async def test_only_what_is_whole_and_signed_is_taken_and_only_once(tmp_path: Path, workshop: Workshop) -> None:
    whole = workshop.release(NEW, notes="Sees phones in the dark").read_bytes()
    async with centre(tmp_path / "hub", workshop) as found:
        client, folder = found.client, tmp_path / "hub" / "releases"
        for bad in (whole[:-1], whole + b"\0", b"no release", whole.replace(b"FRIEND = 1", b"FRIEND = 2")):
            refused = await upload(client, bad)
            assert refused.status_code == 422, refused.text
            assert "release" in refused.json()["detail"]
        stranger = await upload(client, Workshop(tmp_path / "stranger").release(NEW).read_bytes())
        assert (stranger.status_code, "signed by no key" in stranger.json()["detail"]) == (422, True)
        assert (await upload(client, b"")).status_code == 413
        assert list(folder.iterdir()) == []

        taken = (await upload(client, whole)).json()
        assert (taken["version"], taken["notes"], taken["signed_by"]) == (NEW, "Sees phones in the dark", ["workshop"])
        assert [path.stat().st_size for path in folder.iterdir()] == [len(whole)]
        assert (await upload(client, whole)).status_code == 409
        assert (await upload(client, workshop.release("1.0.9").read_bytes())).status_code == 201
        assert [each["version"] for each in (await get(client, "/releases"))["items"]] == [NEW, "1.0.9"]

        device = await Device.enrol(found.hub, "booth-1", tmp_path / "device")
        path = f"/api/v1/releases/{NEW}/file"
        headers = device.upload_headers(whole)
        assert (await client.get(path, headers=headers)).content == whole
        rest = await client.get(path, headers=headers | {"Range": f"bytes={len(whole) - 100}-"})
        assert (rest.status_code, rest.content) == (206, whole[-100:])
        assert (await client.get(path, headers=device.upload_headers(b"other"))).status_code == 401
        assert (await client.get("/api/v1/releases/9.9.9/file", headers=headers)).status_code == 404

        await asked(client, "DELETE", f"/releases/{NEW}", 204)
        await asked(client, "DELETE", f"/releases/{NEW}", 404)
        assert len(list(folder.iterdir())) == 1
        assert await audited(found.hub, "release.deleted") == [("ada", NEW)]


async def test_without_a_key_no_release_is_taken(tmp_path: Path, workshop: Workshop) -> None:
    async with centre(tmp_path, workshop) as found:
        (tmp_path / "release-keys" / "workshop.pem").unlink()
        refused = await upload(found.client, workshop.release(NEW).read_bytes())
        assert (refused.status_code, "DATA/release-keys" in refused.json()["detail"]) == (422, True)


async def test_a_release_goes_over_the_fleet_phase_by_phase(tmp_path: Path, workshop: Workshop) -> None:
    async with fleet(tmp_path, workshop, "healthy", "healthy", "healthy", "healthy") as found:
        begun = await found.start(phases=[{"devices": 1}, {"percent": 50}, {"percent": 100}])
        assert [each["phase"] for each in begun["devices"]] == [0, 1, 2, 2]
        assert (begun["rollout"]["counts"]["waiting"], begun["rollout"]["total"]) == (4, 4)
        assert (await found.start(409))["title"] == "Another rollout is on"
        assert (await asked(found.client, "DELETE", f"/releases/{NEW}", 409))["title"] == "It is being rolled out"

        done = await found.turns(begun, "done")
        assert {each["state"] for each in done["devices"]} == {"healthy"}
        assert {each["version"] for each in done["devices"]} == {NEW}
        assert {each["version_before"] for each in done["devices"]} == {OLD}
        # Nobody of a later phase was asked before the earlier one was through.
        order = [each["changed_at"] for each in done["devices"]]
        assert order[0] < min(order[1:])
        assert order[1] < min(order[2:])
        assert all(len(booth.all_of(UpdateCommand)) == 1 for booth in found.booths)
        assert (await get(found.client, "/releases"))["items"][0]["devices"] == 4
        assert len(await audited(found.hub, "device.updated")) == 4

        again = await found.turns(await found.start(), "done")
        assert {each["state"] for each in again["devices"]} == {"skipped"}
        assert [each["state"] for each in (await get(found.client, "/rollouts"))["items"]] == ["done", "done"]


async def test_a_phase_with_a_failure_is_the_last_until_somebody_goes_on(tmp_path: Path, workshop: Workshop) -> None:
    async with fleet(tmp_path, workshop, "healthy", "rolled_back", "healthy", "healthy") as found:
        begun = await found.start(phases=[{"devices": 2}, {"percent": 100}])
        stopped = await found.turns(begun, "stopped")
        assert stopped["rollout"]["reason"] == "booth-1: its agent was started 3 times and was never well"
        assert [each["state"] for each in stopped["devices"]][1:] == ["rolled_back", "waiting", "waiting"]
        assert not any(booth.all_of(UpdateCommand) for booth in found.booths[2:])
        assert await audited(found.hub, "rollout.stopped")

        rollout_id = begun["rollout"]["rollout_id"]
        await asked(found.client, "POST", f"/rollouts/{rollout_id}/pause", 409)
        await asked(found.client, "POST", f"/rollouts/{rollout_id}/resume")
        done = await found.turns(begun, "done")
        assert [each["state"] for each in done["devices"]] == ["healthy", "rolled_back", "healthy", "healthy"]


async def test_a_device_that_refuses_or_never_comes_back_is_a_failure(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fleet(tmp_path, workshop, "refuses", "stuck") as found:
        begun = await found.start(max_failures=5, healthy_within_s=60)
        await get_until(
            found.client,
            f"/rollouts/{begun['rollout']['rollout_id']}",
            lambda said: said["rollout"]["counts"]["failed"],
        )
        assert "not installed from a release" in (await found.show(begun))["devices"][0]["reason"]
        await asked(found.client, "POST", f"/rollouts/{begun['rollout']['rollout_id']}/cancel")
        alone = await found.start(booth_ids=["booth-1"])
        await get_until(
            found.client,
            f"/rollouts/{alone['rollout']['rollout_id']}",
            lambda said: said["devices"][0]["state"] == "trial",
        )
        monkeypatch.setattr(engine.RolloutEngine, "_late", lambda *_: True)
        late = await found.turns(alone, "stopped")
        assert "was not through within" in late["rollout"]["reason"]


async def test_exam_sessions_come_first_and_who_is_away_is_waited_for(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fleet(tmp_path, workshop, "healthy", "healthy") as found:
        exams = Centre(found.client)
        exam_session = await exams.schedule(await exams.exam(), await exams.candidate("A-1"), "booth-0")
        await found.booths[1].say("offline", found.hub)
        begun = await found.start(phases=[{"percent": 100}])
        path = f"/rollouts/{begun['rollout']['rollout_id']}"
        waiting = await get_until(
            found.client, path, lambda said: all(each["state"] == "postponed" for each in said["devices"])
        )
        assert {each["booth_id"]: each["reason"] for each in waiting["devices"]} == {
            "booth-0": "an exam session begins soon",
            "booth-1": "not connected",
        }
        assert not any(booth.all_of(UpdateCommand) for booth in found.booths)
        await found.booths[1].say("online", found.hub)
        await found.booths[1].hears(UpdateCommand)
        await exams.act(exam_session, "cancel", reason_code="candidate.ill")
        assert {each["state"] for each in (await found.turns(begun, "done"))["devices"]} == {"healthy"}
        assert timedelta(minutes=30) == engine.BEFORE_EXAMS


async def test_a_paused_rollout_asks_nobody_and_a_cancelled_one_is_over(tmp_path: Path, workshop: Workshop) -> None:
    async with fleet(tmp_path, workshop, "stuck", "healthy") as found:
        begun = await found.start(phases=[{"devices": 1}, {"percent": 100}])
        rollout_id = begun["rollout"]["rollout_id"]
        await found.booths[0].hears(UpdateCommand)
        paused = await asked(found.client, "POST", f"/rollouts/{rollout_id}/pause")
        assert paused["state"] == "paused"
        await asked(found.client, "POST", f"/rollouts/{rollout_id}/resume")
        cancelled = await asked(found.client, "POST", f"/rollouts/{rollout_id}/cancel")
        assert (cancelled["state"], cancelled["counts"]["skipped"]) == ("cancelled", 1)
        await asked(found.client, "POST", f"/rollouts/{rollout_id}/resume", 409)
        # Who was at it goes on, and is still watched.
        found.booths[0].fate = "healthy"
        await get_until(found.client, f"/rollouts/{rollout_id}", lambda said: said["rollout"]["counts"]["healthy"])
        assert not found.booths[1].all_of(UpdateCommand)


async def test_what_is_asked_must_make_sense_and_stays_in_scope(tmp_path: Path, workshop: Workshop) -> None:
    async with (
        fleet(tmp_path, workshop, "healthy", "healthy") as found,
        person(found.hub, "tom", "technician", "booth-1") as tom,
    ):
        assert (await found.start(404, version="9.9.9"))["title"] == "No such release"
        assert (await found.start(422, booth_ids=["nowhere"]))["title"] == "No device"
        assert (await found.start(422, room_id="nowhere"))["title"] == "No device"
        assert (await found.start(422, phases=[{"devices": 1, "percent": 3}]))["title"] == "Not a phase"
        all_of_it = await found.start()
        seen = await get(tom, f"/rollouts/{all_of_it['rollout']['rollout_id']}")
        assert [each["booth_id"] for each in seen["devices"]] == ["booth-1"]
        refused = await asked(tom, "POST", f"/rollouts/{all_of_it['rollout']['rollout_id']}/cancel", 403)
        assert refused["title"] == "Not in your scope"
        await found.turns(all_of_it, "done")
        his = await asked(tom, "POST", "/rollouts", 201, **QUICK)
        assert [each["booth_id"] for each in his["devices"]] == ["booth-1"]
