"""Key and certificate are replaced as one: a power cut at any step leaves a pair that belongs together."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from contract.device import TlsConfig, behind_links
from contract.keys import key_pem
from provisioning.console import ProvisioningError
from provisioning.identity import alone, forget_linked, read_pair, replace_pair
from tests.support.authority import Authority

Key = ec.EllipticCurvePrivateKey
AUTHORITY = Authority.make()


class PowerCutError(BaseException):
    """Nothing of ours catches it."""


def a_pair() -> tuple[Key, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    return key, AUTHORITY.sign("booth-1", key.public_key())


def enrolled(folder: Path) -> TlsConfig:
    """As enrolment leaves it: two plain files."""
    folder.mkdir()
    tls = TlsConfig(ca=folder / "ca.pem", certificate=folder / "device.pem", key=folder / "device.key")
    key, pem = a_pair()
    tls.key.write_bytes(key_pem(key))
    tls.key.chmod(0o600)
    tls.certificate.write_text(pem)
    return tls


class Cut:
    """Ends everything at the step of this number."""

    def __init__(self, at: int) -> None:
        self.left = at

    def wrap(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            if self.left == 0:
                raise PowerCutError
            self.left -= 1
            return work(*arguments, **options)

        return step

    def put_between(self, patch: pytest.MonkeyPatch) -> None:
        for name in ("open", "fsync", "symlink", "replace"):
            patch.setattr(os, name, self.wrap(getattr(os, name)))
        patch.setattr(Path, "mkdir", self.wrap(Path.mkdir))
        patch.setattr(shutil, "rmtree", self.wrap(shutil.rmtree))


@pytest.mark.parametrize("renewed_before", [False, True])
def test_a_power_cut_at_any_step_leaves_a_pair(tmp_path: Path, renewed_before: bool) -> None:
    kept: list[str] = []
    for number in range(100):
        tls = enrolled(tmp_path / f"device-{number}")
        if renewed_before:
            replace_pair(tls, *a_pair())
        before, (key, pem) = read_pair(tls), a_pair()
        with pytest.MonkeyPatch.context() as patch:
            cut = Cut(number)
            cut.put_between(patch)
            try:
                replace_pair(tls, key, pem)
                done = cut.left > 0
            except PowerCutError:
                done = False
        after = read_pair(tls)
        assert after.certificate_pem in (before.certificate_pem, pem), number
        kept.append("new" if after.certificate_pem == pem else "old")
        replace_pair(tls, *a_pair())  # and the next renewal works
        assert len(list(tls.key.parent.glob("identity-*"))) == 1, "what was left half-way is gone"
        if done:
            break
    else:
        raise AssertionError("it never came to its end")
    assert kept == sorted(kept, reverse=True), "first the old one, from some step on the new one"
    assert {"old", "new"} == set(kept)
    assert number >= (10 if renewed_before else 20), "each step was tried"


def test_nobody_else_reads_the_new_key_and_it_belongs_to_whom_the_old_one_did(tmp_path: Path) -> None:
    tls = enrolled(tmp_path / "device")
    if os.geteuid() == 0:
        os.chown(tls.key, 12345, 54321)
    replace_pair(tls, *a_pair())
    found = tls.key.stat()
    assert found.st_mode & 0o777 == 0o600
    if os.geteuid() == 0:
        assert (found.st_uid, found.st_gid) == (12345, 54321)
    assert (tls.key.is_symlink(), tls.certificate.is_symlink()) == (True, True)


def test_what_cannot_be_a_pair_is_said(tmp_path: Path) -> None:
    tls = enrolled(tmp_path / "device")
    tls.certificate.write_text(a_pair()[1])
    with pytest.raises(ProvisioningError, match="do not belong together"):
        read_pair(tls)
    tls.key.write_text("-----BEGIN TSS2 PRIVATE KEY-----\nMC4=\n-----END TSS2 PRIVATE KEY-----\n")
    with pytest.raises(ProvisioningError, match="TPM"):
        read_pair(tls)
    tls.certificate.write_text("something else")
    tls.key.write_bytes(key_pem(a_pair()[0]))
    with pytest.raises(ProvisioningError, match="not what it should be"):
        read_pair(tls)
    tls.key.unlink()
    with pytest.raises(ProvisioningError, match="cannot be read"):
        read_pair(tls)


def test_who_reads_as_root_finds_the_files_and_follows_no_other_link(tmp_path: Path) -> None:
    tls = enrolled(tmp_path / "device")
    assert behind_links(tls.key) == tls.key
    replace_pair(tls, *a_pair())
    (folder,) = tls.key.parent.glob("identity-*")
    assert (behind_links(tls.key), behind_links(tls.certificate)) == (folder / "device.key", folder / "device.pem")
    secret = tmp_path / "secret"
    secret.write_text("of root")
    tls.key.unlink()
    tls.key.symlink_to(secret)
    assert behind_links(tls.key) == tls.key
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert behind_links(tls.certificate) == tls.certificate


def test_two_renewals_do_not_meet(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(ProvisioningError, match="another renewal"), alone(tmp_path):
        raise AssertionError("both are in")


def test_a_new_identity_forgets_the_linked_one(tmp_path: Path) -> None:
    tls = enrolled(tmp_path / "device")
    replace_pair(tls, *a_pair())
    forget_linked(tls.key.parent)
    assert not list(tls.key.parent.glob("identity*"))
