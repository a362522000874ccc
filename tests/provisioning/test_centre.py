"""The demonstration's folder and port; the whole of it runs in `tests/e2e`."""

import socket
from pathlib import Path

import pytest

from provisioning.centre import free_port, prepare_folder
from provisioning.console import ProvisioningError


def test_a_new_folder_is_made_and_an_old_demonstration_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "demo-data"
    prepare_folder(folder)
    (folder / "hub").mkdir()
    prepare_folder(folder)
    assert not (folder / "hub").exists()


def test_a_folder_with_somebodys_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("three years of work")
    with pytest.raises(ProvisioningError, match="nothing was removed") as caught:
        prepare_folder(tmp_path)
    assert "--data" in caught.value.hint
    assert (tmp_path / "thesis.odt").exists()


def test_an_empty_folder_of_somebodys_may_be_used(tmp_path: Path) -> None:
    prepare_folder(tmp_path)
    assert tmp_path.is_dir()


def test_a_taken_port_is_left_to_its_owner() -> None:
    with socket.create_server(("127.0.0.1", 0)) as owner:
        taken = owner.getsockname()[1]
        assert free_port(taken) == 0
    assert free_port(taken) == taken
