"""Where a token may lie, whom it may be sent to, and what the environment changes."""

import stat
from pathlib import Path

import pytest

from provisioning.access import Access, find_access, forget_access, normal_url, store_access, stored_access, token_from
from provisioning.console import ProvisioningError

STORED = Access(
    "https://hub.example:8443", "ivg_stored", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "invigil" / "hub.toml"
    store_access(STORED, file)
    return file


def test_what_was_stored_is_found_and_nobody_else_may_read_it(file: Path) -> None:
    found = find_access({}, file)
    assert (found.hub, found.token, found.ca_pem) == (STORED.hub, STORED.token, STORED.ca_pem)
    assert found.found_in == str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "ivg_stored" not in repr(found)


def test_a_file_that_others_may_read_is_not_used(file: Path) -> None:
    file.chmod(0o640)
    with pytest.raises(ProvisioningError, match="may be read by others") as caught:
        find_access({}, file)
    assert "ivg_stored" not in str(caught.value)
    assert forget_access(file) is not None, "it can still be removed"


def test_the_environment_goes_before_the_file(file: Path, tmp_path: Path) -> None:
    assert find_access({"INVIGIL_TOKEN": "ivg_other\n"}, file).token == "ivg_other"
    ca = tmp_path / "ca.pem"
    ca.write_text("another authority")
    found = find_access({"INVIGIL_CA": str(ca)}, file)
    assert (found.ca_pem, found.token) == ("another authority", "ivg_stored")


def test_a_token_goes_to_no_hub_but_its_own(file: Path) -> None:
    with pytest.raises(ProvisioningError, match="goes nowhere else"):
        find_access({"INVIGIL_HUB": "https://elsewhere.example"}, file)
    found = find_access({"INVIGIL_HUB": "https://elsewhere.example", "INVIGIL_TOKEN": "ivg_there"}, file)
    assert (found.hub, found.token, found.ca_pem) == ("https://elsewhere.example", "ivg_there", "")
    assert find_access({"INVIGIL_HUB": "https://HUB.example:8443/"}, file).token == "ivg_stored"


def test_without_anything_the_next_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProvisioningError, match="no hub is known") as caught:
        find_access({}, tmp_path / "none.toml")
    assert "invigil hub login" in caught.value.hint
    assert forget_access(tmp_path / "none.toml") is None


@pytest.mark.parametrize("written", ["hub = 3 =", 'hub = "https://hub.example"', "\x00"])
def test_a_broken_file_is_named(tmp_path: Path, written: str) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(written)
    file.chmod(0o600)
    with pytest.raises(ProvisioningError, match=r"hub\.toml cannot be read"):
        stored_access(file)


@pytest.mark.parametrize(
    "url",
    [
        *("hub.example", "ftp://hub.example", "https://", "https://me:secret@hub.example", "https://hub.example?x=1"),
        *("http://hub.example", "https://hub.example:port"),
    ],
)
def test_a_token_is_not_sent_to_what_is_no_hub(url: str) -> None:
    with pytest.raises(ProvisioningError):
        normal_url(url)


def test_a_token_on_the_command_line_is_refused() -> None:
    with pytest.raises(ProvisioningError, match="can be read by everybody") as caught:
        token_from({}, "ivg_typed", None)
    assert "ivg_typed" not in str(caught.value) + caught.value.hint
    assert token_from({"INVIGIL_TOKEN": "one"}, None, None) == "one"
    assert token_from({"INVIGIL_TOKEN": "one"}, "-", "two\n") == "two"
