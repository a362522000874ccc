"""What a check of a bundle says: all is well, something is missing, something is wrong, and where."""

import base64
import io
import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from contract import bundle, chain
from contract.bundle import AbsentEvidence, MissingEvents
from contract.verify import verify_bundle
from contract.verify.report import FINDINGS_MAX, Report
from contract.verify.trust import Certificate
from contract.wire import InvalidError
from tests.support.bundles import (
    BEGAN,
    CLIP,
    SNAPSHOT,
    Bundle,
    Told,
    Writer,
    a_bundle,
    archive,
    authority,
    beginning_deleted,
    check,
    countersign,
    deleted_file,
    device,
    made_of,
    signer,
)


def said(report: Report, level: str = "") -> str:
    return " | ".join(str(finding) for finding in report.findings if level in ("", finding.level))


def of(*writers: Writer, evidence: tuple[bytes, ...] = ()) -> Bundle:
    root = a_bundle().authority
    return made_of(root, a_bundle().hub, (a_bundle().devices[0],), writers, evidence)


def booth() -> Writer:
    return Writer(a_bundle().devices[0])


def sat(steps: int = 2) -> Writer:
    """A short sitting."""
    writer = booth()
    writer.step("started")
    for _ in range(steps):
        writer.violation()
        writer.checkpoint()
    return writer


def test_a_bundle_that_nobody_touched_is_whole() -> None:
    report = check(a_bundle().sealed())
    assert report.verdict == "whole"
    assert said(report, "wrong") == said(report, "missing") == ""
    assert "dropped" in said(report)
    assert {report.state(name) for name in report.held} == {"ok"}
    first = report.chains[0]
    assert (first.events, first.checkpoints, first.boots, first.missing) == (11, 3, 2, 0)
    assert first.signed_by == {a_bundle().devices[0].fingerprint}
    assert first.covered_seq == 10
    assert first.clock_offset_ms == (12.5, 12.5)
    assert 0.2 < first.longest_wait_s < 0.22


def test_bundles_that_nobody_touched_are_never_refused() -> None:
    """Of any length, with any number of boots, files, devices and chains."""
    rng = random.Random(5)
    for number in range(150):
        writers = []
        files: set[bytes] = set()
        for _ in range(rng.randint(1, 4)):
            writer = booth()
            writer.step("started")
            for turn in range(rng.randint(0, 12)):
                choice = rng.randrange(4)
                if choice == 0:
                    data = rng.randbytes(rng.randint(1, 3000))
                    files.add(data)
                    writer.violation(data)
                elif choice == 1:
                    files.add(CLIP)
                    writer.violation(later=(CLIP,))
                elif choice == 2:
                    writer.boot_id, writer.monotonic_s = f"boot {turn}", rng.uniform(0, 50)
                else:
                    writer.checkpoint()
            writer.step("stopped")
            writer.checkpoint()
            writers.append(writer)
        report = check(of(*writers, evidence=tuple(files)).sealed())
        assert report.verdict == "whole", f"{number}: {said(report)}"


def test_a_revoked_device_speaks_for_what_came_before_and_for_nothing_after() -> None:
    whole = a_bundle()
    received = sorted(each.received_at for told in whole.chains.values() for each in told)
    after = check(replace(whole, revoked_at=received[-1]).sealed())
    assert after.verdict == "whole"
    assert f"was revoked at {received[-1]}: stolen" in said(after, "note")
    before = check(replace(whole, revoked_at=received[-1] - timedelta(microseconds=1)).sealed())
    assert before.verdict == "broken"
    assert "signed by a device that was revoked at" in said(before, "wrong")


def test_what_the_hub_says_that_it_deleted_is_no_fault() -> None:
    """From any event of any chain on, and any file, in bundles that nobody touched."""
    whole = a_bundle()
    for chain_id, told in whole.chains.items():
        for number in range(1, len(told)):
            cut = beginning_deleted(whole, chain_id, number, whole.hub)
            report = check(cut.sealed())
            assert report.verdict == "whole", f"{number}: {said(report)}"
            assert f"events 1 to {number} were deleted by retention on" in said(report, "note")
    for sha256, data in whole.evidence.items():
        left = {key: each for key, each in whole.evidence.items() if key != sha256}
        stated = {"deleted_evidence": (deleted_file(whole.hub, data),)}
        report = check(replace(whole, evidence=left, manifest_changes=stated).sealed())
        assert report.verdict == "whole", said(report)
        assert "was deleted by retention on" in said(report, "note")
        assert "(clips: 30 days)" in said(report, "note")
        here = check(replace(whole, manifest_changes=stated).sealed())
        assert "is here, and the manifest calls it deleted" in said(here, "wrong")
    stranger = check(replace(whole, manifest_changes={"deleted_evidence": (deleted_file(whole.hub, b"?"),)}).sealed())
    assert "deleted, which no event names" in said(stranger, "wrong")


def test_without_an_authority_it_says_who_vouches() -> None:
    report = verify_bundle(io.BytesIO(a_bundle().sealed()))
    assert report.verdict == "whole"
    assert not report.authority_pinned
    assert a_bundle().authority.fingerprint in said(report, "note")


def test_another_authority_is_named() -> None:
    report = check(a_bundle().sealed(), authority().fingerprint)
    assert report.verdict == "broken"
    assert a_bundle().authority.fingerprint in said(report, "wrong")


def test_events_that_the_hub_never_got_are_a_gap_and_no_forgery() -> None:
    writer = sat(4)
    whole = of(writer)
    told = [each for at, each in enumerate(writer.told, start=1) if at not in (1, 5, 6)]
    missing = (MissingEvents(first=1, last=1, reason="never came"), MissingEvents(first=5, last=6, reason="refused: x"))
    part = whole.parts[0].model_copy(
        update={"first_seq": 2, "events": len(told), "missing": missing, "highest_seq": len(writer.told)}
    )
    report = check(replace(whole, chains={writer.chain_id: told}, parts=(part,)).sealed())
    assert report.verdict == "incomplete", said(report)
    assert "events 5 to 6 are not here: refused: x" in said(report, "missing")
    assert "events 1 to 1 are not here: never came" in said(report, "missing")
    assert report.chains[0].missing == 3


def test_a_gap_cuts_off_what_a_later_signature_covers() -> None:
    """Event 5 is tied to nothing that is here any more, once 6 is missing: the signature over 7 says nothing of it."""
    writer = booth()
    for _ in range(8):
        writer.step("started")
    writer.checkpoint()
    whole = of(writer)
    part = whole.parts[0].model_copy(
        update={"events": 8, "missing": (MissingEvents(first=6, last=6, reason="never came"),)}
    )
    told = writer.told[:5] + writer.told[6:]
    report = check(replace(whole, chains={writer.chain_id: told}, parts=(part,)).sealed())
    assert "events 1 to 5 bear no signature" in said(report, "missing")


def test_a_gap_that_is_none_is_wrong() -> None:
    whole = of(sat())
    gap = (MissingEvents(first=3, last=4, reason="never came"),)
    report = check(replace(whole, parts=(whole.parts[0].model_copy(update={"missing": gap}),)).sealed())
    assert "there is no such gap" in said(report, "wrong")


def test_a_tail_without_a_signature_is_named() -> None:
    writer = sat()
    writer.violation()
    report = check(of(writer).sealed())
    assert report.verdict == "incomplete"
    last = len(writer.told)
    assert f"events {last - 2} to {last} bear no signature of the device" in said(report, "missing")


def test_a_chain_without_any_signature_is_named() -> None:
    writer = booth()
    writer.step("started")
    assert "events 1 to 1 bear no signature" in said(check(of(writer).sealed()), "missing")


def test_a_part_of_a_chain_holds_when_it_holds_what_was_asked_for() -> None:
    writer = sat(5)
    whole, chain_id, told = of(writer), writer.chain_id, writer.told
    # Events 4 to 10; each is 1.5 s after the one before, the first at 101.5 s.
    some = told[3:10]
    part = whole.parts[0].model_copy(update={"first_seq": 4, "last_seq": 10, "events": 7})
    hub = a_bundle().hub
    cut = replace(
        whole,
        chains={chain_id: some},
        parts=(part,),
        countersignatures=(countersign(hub, chain_id, 10, chain.sha256_hex(told[9].payload)),),
    )
    asked = {"from_time": BEGAN + timedelta(seconds=107), "to_time": BEGAN + timedelta(seconds=114)}
    report = check(replace(cut, manifest_changes=asked).sealed())
    assert report.verdict == "whole", said(report)
    assert "begins at event 4, before what was asked for" in said(report, "note")
    too_late = {**asked, "from_time": BEGAN + timedelta(seconds=105)}
    assert "events 1 to 3 were taken out" in said(check(replace(cut, manifest_changes=too_late).sealed()), "wrong")
    too_early = {**asked, "to_time": BEGAN + timedelta(seconds=116)}
    assert "events 11 to 16 were taken out" in said(check(replace(cut, manifest_changes=too_early).sealed()), "wrong")


def test_evidence_that_is_absent_with_a_reason_is_missing() -> None:
    name = chain.sha256_hex(SNAPSHOT)
    writer = booth()
    writer.violation(SNAPSHOT)
    writer.checkpoint()
    whole = of(writer)
    assert "nothing says why" in said(check(whole.sealed()), "wrong")
    absent = {"absent_evidence": (AbsentEvidence(sha256=name, reason="not uploaded yet"),)}
    report = check(replace(whole, manifest_changes=absent).sealed())
    assert report.verdict == "incomplete"
    assert f"event 1: snapshot {name} is not here: not uploaded yet" in said(report, "missing")
    excuse = {"absent_evidence": (*absent["absent_evidence"], AbsentEvidence(sha256="0" * 64, reason="?"))}
    assert "no event names" in said(check(replace(whole, manifest_changes=excuse).sealed()), "wrong")


def test_the_size_of_a_file_is_compared_with_the_event() -> None:
    writer = booth()
    writer.violation(SNAPSHOT)
    writer.told.pop()
    first = writer.told[0].payload
    writer.told[0] = replace(writer.told[0], payload=first.replace(b'"size_bytes":259', b'"size_bytes":258'))
    report = check(of(writer, evidence=(SNAPSHOT,)).sealed())
    assert "has 259 bytes; chain" in said(report, "wrong")


def test_an_event_of_a_newer_kind_is_a_link_like_any_other() -> None:
    writer = booth()
    payload = _payload(writer, {"type": "door_opened", "evidence": [{"what": "ever"}]})
    writer.put(payload)
    writer.checkpoint()
    report = check(of(writer).sealed())
    assert report.verdict == "whole"
    assert "'door_opened', which this program does not know" in said(report, "note")


@pytest.mark.parametrize(
    "body",
    [
        {"type": "violation_opened"},
        {"type": "violation_opened", "violation": {"evidence": [{"sha256": "x", "role": "clip", "size_bytes": 1}]}},
        {"type": "violation_opened", "violation": {"evidence": 5}},
        {"type": "evidence_added", "evidence": None},
        {"type": "evidence_dropped"},
        {"type": "checkpoint"},
    ],
)
def test_a_body_that_makes_no_sense_is_named(body: dict[str, Any]) -> None:
    writer = booth()
    writer.put(_payload(writer, body))
    report = check(of(writer).sealed())
    assert report.verdict == "broken"
    assert "event 1" in said(report, "wrong")


def _payload(writer: Writer, body: dict[str, Any]) -> bytes:
    event = {
        "chain_id": str(writer.chain_id),
        "seq": writer.seq + 1,
        "prev_sha256": writer.head,
        "booth": writer.booth,
        "wall_time": BEGAN.isoformat(),
        "monotonic_s": 1.0,
        "boot_id": "boot-1",
        "body": body,
    }
    return json.dumps(event).encode()


def test_clocks_are_shown_and_what_cannot_be_is_wrong() -> None:
    writer = booth()
    writer.step("started")
    writer.monotonic_s = 50.0
    writer.step("stopped")
    writer.boot_id, writer.monotonic_s = "boot-2", 60.0
    writer.step("started")
    writer.boot_id = "boot-1"
    writer.step("stopped")
    wrong = said(check(of(writer).sealed()), "wrong")
    assert "event 2: the device's monotonic clock ran backwards, from 101.500 s to 51.500 s" in wrong
    assert "event 4: is of boot boot-1, which had ended before" in wrong


def test_a_clock_that_was_set_is_noted() -> None:
    writer = booth()
    writer.step("started")
    before = writer.told[0].payload
    writer.step("stopped")
    later = writer.told[1].payload.replace(b"09:01:43", b"09:31:43")
    assert before != later != writer.told[1].payload
    writer.told[1] = replace(writer.told[1], payload=later)
    writer.head = chain.sha256_hex(later)
    writer.checkpoint()
    report = check(of(writer).sealed())
    assert "event 2: the device's clock was set by +1800.0 s before it" in said(report, "note")
    assert report.verdict == "whole"


def test_a_certificate_must_have_been_valid_by_the_hubs_clock() -> None:
    writer = sat()
    late = [replace(each, received_at=BEGAN + timedelta(days=500)) for each in writer.told]
    report = check(replace(of(writer), chains={writer.chain_id: late}).sealed())
    assert "when the device's certificate was not valid" in said(report, "wrong")
    hub_late = {"made_at": BEGAN + timedelta(days=500)}
    report = check(replace(of(writer), manifest_changes=hub_late).sealed())
    assert "when the hub's certificate was not valid" in said(report, "wrong")
    head = chain.sha256_hex(writer.told[-1].payload)
    late_word = countersign(a_bundle().hub, writer.chain_id, writer.seq, head, at=BEGAN + timedelta(days=500))
    report = check(replace(of(writer), countersignatures=(late_word,)).sealed())
    assert "was countersigned when" in said(report, "wrong")


def test_a_renewed_device_goes_on_with_its_chain() -> None:
    root, old = a_bundle().authority, a_bundle().devices[0]
    new = device(root)
    writer = sat()
    writer.device = new
    writer.violation()
    writer.checkpoint()
    report = check(made_of(root, a_bundle().hub, (old, new), (writer,), ()).sealed())
    assert report.verdict == "whole", said(report)
    assert report.chains[0].signed_by == {old.fingerprint, new.fingerprint}


def test_what_lies_in_the_bundle_for_nothing_is_wrong() -> None:
    whole = a_bundle()
    other = signer(authority())
    members = whole.members() | {bundle.device_certificate_name(other.fingerprint): other.pem}
    manifest = whole.manifest(members)
    report = check(archive(members, manifest, bundle.sign_manifest(whole.hub.key, manifest)))
    assert "belongs to nothing in this bundle" in said(report, "wrong")


def test_parts_that_are_listed_twice_are_wrong() -> None:
    whole = a_bundle()
    assert "listed twice" in said(check(replace(whole, parts=whole.parts * 2).sealed()), "wrong")


def test_members_that_are_too_large_are_not_read() -> None:
    whole = a_bundle()
    name = bundle.events_name(next(iter(whole.chains)))
    members = whole.members() | {bundle.CA: b"x" * 20_000, name: b"{" * 3_000_000 + b"\n{}\n" + b"[" * 200_000}
    manifest = whole.manifest(members)
    wrong = said(check(archive(members, manifest, bundle.sign_manifest(whole.hub.key, manifest))), "wrong")
    assert "at most 16384 make sense here" in wrong
    assert "line 1 is longer than any event" in wrong
    assert "line 2 cannot be read" in wrong
    assert "line 3 is longer than any event" in wrong


def test_noise_does_not_fill_the_report() -> None:
    chain_id = uuid4()
    told = [Told(b"{}", BEGAN)] * 2000
    part = a_bundle().parts[0].model_copy(update={"chain_id": chain_id})
    report = check(replace(a_bundle(), chains={chain_id: told}, parts=(part,)).sealed())
    assert len([finding for finding in report.findings if finding.check == "chains"]) == FINDINGS_MAX
    assert ("chains", "wrong", 2000 + 1 - FINDINGS_MAX) in list(report.more())
    assert report.as_dict()["not_listed"]


def test_a_file_that_is_no_bundle_is_refused() -> None:
    for data in (b"", b"hello", b"\0" * 1000):
        assert check(data).verdict == "broken"
    assert "this is no bundle" in said(check(archive({}, b"{}", b"", lambda names: [])))
    text = b'{"type":"invigil_bundle","version":2}'
    assert "manifest.json: cannot be read: version: Input should be 1" in said(check(archive({}, text, b"")))


def test_certificates_that_somebody_made_up_end_in_a_finding() -> None:
    """Whatever the library raises for a certificate, or only warns of, is no end of the check."""
    rng = random.Random(7)
    der = a_bundle().hub.certificate.public_bytes(Encoding.DER)
    version, serial = der.index(b"\xa0\x03\x02\x01") + 4, der.index(b"\xa0\x03\x02\x01") + 7
    noises: list[dict[int, int]] = [{version: 10}, {serial: 0x80}]
    noises += [{rng.randrange(len(der)): rng.randrange(256) for _ in range(3)} for _ in range(3000)]
    for noise in noises:
        changed = bytes(noise.get(at, byte) for at, byte in enumerate(der))
        if changed == der:
            continue
        pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(changed) + b"-----END CERTIFICATE-----\n"
        try:
            found = Certificate.parse(pem)
        except InvalidError as error:
            assert "no certificate that can be read" in str(error)  # noqa: PT017
            continue
        issuer = Certificate.parse(a_bundle().authority.pem)
        assert not issuer.issued(found)
