"""Words to candidates: written down before they are sent, with who, when delivered and read; words kept ready."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from contract.live import SayCommand
from contract.messages import AnyCommand, AnyReply, ErrorReply, MessageRead
from hub.tables import booths
from tests.support.answering_booth import an_answering_booth
from tests.support.exam_rows import an_exam_session
from tests.support.hub import Chain, a_hub, an_uplink
from tests.support.people import asked, audited, get, get_until, person

pytestmark = pytest.mark.anyio


async def test_what_is_said_in_an_exam_session_is_shown_and_kept(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_answering_booth(hub, tmp_path) as booth,
        person(hub, "pat", "proctor", "booth-1") as pat,
    ):
        exam_session = await an_exam_session(hub, "booth-1")
        path = f"/exam-sessions/{exam_session}/messages"
        told = await asked(pat, "POST", path, text="  Please sit up.  ")
        assert (told["text"], told["kind"], told["username"]) == ("Please sit up.", "message", "pat")
        assert told["sent_at"] <= told["delivered_at"]
        assert told["read_at"] is None
        command = await booth.hears(SayCommand)
        assert (command.text, command.sender, str(command.message_id)) == ("Please sit up.", "Pat", told["message_id"])
        warned = await asked(pat, "POST", path, text="No phones.", kind="warning")
        kept = await get(pat, path)
        assert kept == {"items": [told, warned], "warnings": 1}
        assert await audited(hub, "candidate.told") == [("pat", str(exam_session))]
        assert await audited(hub, "candidate.warned") == [("pat", str(exam_session))]


async def test_what_is_said_at_a_booth_is_kept_with_its_exam_session(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_answering_booth(hub, tmp_path),
        person(hub, "pat", "proctor", "booth-1") as pat,
    ):
        await asked(pat, "POST", "/booths/booth-1/say", text="Nobody sits here yet.")
        assert await audited(hub, "candidate.told") == [("pat", "booth-1")]
        exam_session = await an_exam_session(hub, "booth-1")
        async with hub.database.writing() as connection:
            await connection.execute(update(booths).values(desired_exam_session=exam_session))
        said = await asked(pat, "POST", "/booths/booth-1/say", text="Good luck.")
        (kept,) = (await get(pat, f"/exam-sessions/{exam_session}/messages"))["items"]
        assert (kept["message_id"], kept["text"]) == (said["message_id"], "Good luck.")
        await asked(pat, "POST", "/booths/booth-1/lower-hand", 204)
        assert await audited(hub, "hand.lowered") == [("pat", "booth-1")]


async def test_words_kept_ready_come_in_the_candidates_language(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_answering_booth(hub, tmp_path) as booth,
        person(hub, "pat", "proctor", "booth-1") as pat,
    ):
        path = f"/exam-sessions/{await an_exam_session(hub, 'booth-1')}/messages"
        ready = (await get(pat, "/canned-messages"))["items"]
        assert {frozenset(each["texts"]) for each in ready} == {frozenset({"en", "de"})}
        warning = next(each for each in ready if each["kind"] == "warning")
        told = await asked(pat, "POST", path, canned_id=warning["canned_id"], language="de")
        assert (told["text"], told["kind"]) == (warning["texts"]["de"], "warning")
        assert (await booth.hears(SayCommand)).text == warning["texts"]["de"]
        other = await asked(pat, "POST", path, canned_id=warning["canned_id"], language="fr", kind="message")
        assert (other["text"], other["kind"]) == (warning["texts"]["en"], "message")
        await asked(pat, "POST", path, 404, canned_id=str(uuid4()))
        await asked(pat, "POST", path, 422, canned_id=warning["canned_id"], text="both")
        await asked(pat, "POST", path, 422)


async def test_what_a_screen_did_not_take_is_kept_as_not_delivered(tmp_path: Path) -> None:
    def refuses(_: AnyCommand) -> AnyReply | None:
        return ErrorReply(reason="no screen")

    async with (
        a_hub(tmp_path) as hub,
        an_answering_booth(hub, tmp_path) as booth,
        person(hub, "pat", "proctor", "booth-1") as pat,
    ):
        path = f"/exam-sessions/{await an_exam_session(hub, 'booth-1')}/messages"
        booth.answer = refuses
        assert "no screen" in (await asked(pat, "POST", path, 502, text="Hello."))["detail"]
        (kept,) = (await get(pat, path))["items"]
        assert (kept["text"], kept["delivered_at"]) == ("Hello.", None)
        await booth.say("stopped", hub)
        await get_until(pat, "/booths/booth-1", lambda seen: seen["availability"] != "online")
        await asked(pat, "POST", path, 409, text="Anybody?")
        assert len((await get(pat, path))["items"]) == 1, "what was not even tried is not kept"


async def test_a_candidate_confirms_what_was_read(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_answering_booth(hub, tmp_path) as booth,
        an_uplink(hub, tmp_path, "booth-2") as other,
        person(hub, "pat", "proctor", "booth-1") as pat,
    ):
        path = f"/exam-sessions/{await an_exam_session(hub, 'booth-1')}/messages"
        told = await asked(pat, "POST", path, text="Ten minutes are left.")
        await asked(pat, "POST", path, text="Five minutes are left.")
        read = MessageRead(message_id=UUID(told["message_id"]))
        other.send(Chain("booth-2").event(read))
        await other.acked(1)
        assert [each["read_at"] for each in (await get(pat, path))["items"]] == [None, None], "not its message"
        chain = Chain("booth-1")
        booth.send(chain.event(read))
        booth.send(chain.event(read))
        await booth.acked(2)
        assert [each["read_at"] for each in (await get(pat, path))["items"]] == ["2026-05-04T09:00:00Z", None]


async def test_who_may_speak_to_whom(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path),
        person(hub, "pat", "proctor") as stranger,
        person(hub, "rae", "reviewer", "booth-1") as reviewer,
        person(hub, "ada", "admin") as ada,
    ):
        path = f"/exam-sessions/{await an_exam_session(hub, 'booth-1')}/messages"
        await asked(stranger, "POST", path, 403, text="Hello.")
        await asked(stranger, "GET", path, 403)
        await asked(reviewer, "POST", path, 403, text="Hello.")
        assert await get(reviewer, path) == {"items": [], "warnings": 0}
        over = await an_exam_session(hub, "booth-1", state="completed")
        await asked(ada, "POST", f"/exam-sessions/{over}/messages", 409, text="Goodbye.")
        await asked(ada, "POST", f"/exam-sessions/{uuid4()}/messages", 404, text="Hello.")


async def test_administrators_keep_words_ready(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, person(hub, "ada", "admin") as ada, person(hub, "pat", "proctor") as pat:
        before = (await get(pat, "/canned-messages"))["items"]
        assert [each["position"] for each in before] == sorted(each["position"] for each in before)
        new = await asked(ada, "POST", "/canned-messages", 201, kind="warning", texts={"en": "Stop.", "de": "Halt."})
        assert (await get(pat, "/canned-messages"))["items"] == [*before, new]
        path = f"/canned-messages/{new['canned_id']}"
        changed = await asked(ada, "PATCH", path, texts={"en": "Please stop."}, position=1)
        assert (changed["texts"], changed["kind"], changed["position"]) == ({"en": "Please stop."}, "warning", 1)
        assert changed in (await get(pat, "/canned-messages"))["items"]
        await asked(ada, "POST", "/canned-messages", 422, texts={"de": "Halt."})
        await asked(ada, "POST", "/canned-messages", 422, texts={"en": "", "de": "Halt."})
        await asked(pat, "POST", "/canned-messages", 403, texts={"en": "Stop."})
        await asked(pat, "PATCH", path, 403, position=2)
        await asked(pat, "DELETE", path, 403)
        await asked(ada, "DELETE", path, 204)
        await asked(ada, "DELETE", path, 404)
        assert (await get(pat, "/canned-messages"))["items"] == before
        for action in ("added", "changed", "removed"):
            assert await audited(hub, f"canned_message.{action}") == [("ada", str(UUID(new["canned_id"])))]
