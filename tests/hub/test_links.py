"""One-time links before they are used, and whether a password would be taken."""

from pathlib import Path

import pytest

from hub.people.passwords import judge
from tests.support.hub import a_hub, add_user, browser, sign_in
from tests.support.people import asked, person

pytestmark = pytest.mark.anyio

NEW = "seven purple ladders sing"


async def test_a_guest_is_told_who_invites_and_the_link_stays_good(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as guest:
        await add_user(hub)
        await sign_in(client)
        made = await asked(client, "POST", "/invitations", 201, role="auditor", display_name="Otto")
        token = made["token"]
        shown = await asked(guest, "POST", "/invitations/look", token=token)
        assert (shown["role"], shown["display_name"], shown["invited_by"]) == ("auditor", "Otto", "Ada")
        assert (await guest.post("/api/v1/invitations/look", json={"token": "no such"})).status_code == 403
        judged = await asked(guest, "POST", "/password-strength", token=token, password="otto otto otto")
        assert (judged["good"], judged["why"] is not None) == (False, True)
        judged = await asked(guest, "POST", "/password-strength", token=token, username="otto", password=NEW)
        assert judged == {"good": True, "score": 4, "why": None}
        await asked(guest, "POST", "/invitations/accept", 201, token=token, username="otto", password=NEW)
        guest.cookies.clear()
        for path in ("/invitations/look", "/password-strength"):
            answer = await guest.post(f"/api/v1{path}", json={"token": token, "password": NEW})
            assert answer.status_code == 403, "it is used"


async def test_a_link_for_a_new_password_says_whose(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as guest:
        await add_user(hub)
        await sign_in(client)
        async with person(hub, "pat", "proctor"):
            token = (await asked(client, "POST", "/users/pat/password-reset"))["token"]
            assert (await asked(guest, "POST", "/password-reset/look", token=token))["username"] == "pat"
            assert (await asked(guest, "POST", "/password-strength", token=token, password=NEW))["good"]
            await asked(guest, "POST", "/password-reset", 204, token=token, password=NEW)
            assert (await guest.post("/api/v1/password-reset/look", json={"token": token})).status_code == 403
        mine = await asked(client, "POST", "/me/password-strength", password="Ada Ada Ada Ada")
        assert (mine["good"], mine["score"] < 3) == (False, True)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("a1!B", "too_short"),
        ("", "too_short"),
        ("qwertyuiop[]", "keyboard"),
        ("aaaaaaaaaaaaaa", "repeated"),
        ("abcdefghijklmnop", "sequence"),
        ("passwordpassword", "repeated"),
        ("password12345", "common"),
        ("Elizabeth1999", "name"),
    ],
)
def test_why_a_password_is_soon_guessed(password: str, why: str) -> None:
    assert judge(password).why == why


def test_a_password_is_judged_by_who_it_belongs_to() -> None:
    assert judge("Patricia Highsmith", "Patricia Highsmith").why is not None
    assert judge(NEW).why is None
