"""Ways to tamper with a bundle, from a flipped bit to a forger who holds keys. Each gives the bytes of another bundle.

`Tampered.named` is what the report must speak of, so that it says where, not only that.
"""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from contract import bundle, chain
from contract.archive import ArchiveWriter
from tests.support.bundles import (
    Bundle,
    Identity,
    Told,
    a_bundle,
    archive,
    authority,
    beginning_deleted,
    deleted_events,
    deleted_file,
    device,
    signer,
)


@dataclass(frozen=True)
class Tampered:
    data: bytes
    named: str = ""


Mutation = Callable[[random.Random], Tampered]


@cache
def sealed() -> bytes:
    return a_bundle().sealed()


@cache
def members() -> dict[str, bytes]:
    return a_bundle().members()


@cache
def manifest() -> tuple[bytes, bytes]:
    """With the hub's signature, as they are in `sealed`."""
    data = sealed()
    content = {name: _content(data, name) for name in (bundle.MANIFEST, bundle.SIGNATURE)}
    return content[bundle.MANIFEST], content[bundle.SIGNATURE]


def _content(data: bytes, name: str) -> bytes:
    import io
    import zipfile

    return zipfile.ZipFile(io.BytesIO(data)).read(name)


# --- bytes of the file ---


def flip_a_bit(rng: random.Random) -> Tampered:
    return Tampered(_flip(rng, sealed()))


def flip_where_nothing_is_said(rng: random.Random) -> Tampered:
    """In a header or the directory: times, versions, attributes, sizes, names."""
    data = bytearray(sealed())
    starts = [match.start() for match in re.finditer(rb"PK(\x03\x04|\x01\x02|\x05\x06)", sealed())]
    at = min(rng.choice(starts) + rng.randrange(46), len(data) - 1)
    data[at] ^= 1 << rng.randrange(8)
    return Tampered(bytes(data))


def overwrite(rng: random.Random) -> Tampered:
    data, length = sealed(), rng.randint(1, 64)
    at = rng.randrange(len(data) - length)
    return Tampered(data[:at] + rng.randbytes(length) + data[at + length :])


def truncate(rng: random.Random) -> Tampered:
    return Tampered(sealed()[: rng.randrange(len(sealed()))])


def append(rng: random.Random) -> Tampered:
    return Tampered(sealed() + rng.choice((b"\0", b"\n", rng.randbytes(rng.randint(1, 100)), sealed())))


def insert(rng: random.Random) -> Tampered:
    data = sealed()
    at = rng.randrange(len(data))
    return Tampered(data[:at] + rng.randbytes(rng.randint(1, 40)) + data[at:])


def remove_a_stretch(rng: random.Random) -> Tampered:
    data = sealed()
    at = rng.randrange(len(data))
    return Tampered(data[:at] + data[at + rng.randint(1, 2000) :])


def double_a_stretch(rng: random.Random) -> Tampered:
    data = sealed()
    at, length = rng.randrange(len(data) - 1), rng.randint(1, 2000)
    return Tampered(data[: at + length] + data[at:])


def swap_stretches(rng: random.Random) -> Tampered:
    data, length = sealed(), rng.randint(1, 400)
    first = rng.randrange(len(data) - 2 * length)
    second = rng.randrange(first + length, len(data) - length + 1)
    left, right = data[first : first + length], data[second : second + length]
    return Tampered(data[:first] + right + data[first + length : second] + left + data[second + length :])


# --- members, in an archive that is well made; the manifest stays what it was ---


def change_a_member(rng: random.Random) -> Tampered:
    name = rng.choice(list(members()))
    return Tampered(_rewritten({**members(), name: _flip(rng, members()[name])}), name)


def remove_a_member(rng: random.Random) -> Tampered:
    name = rng.choice(list(members()))
    return Tampered(_rewritten({key: data for key, data in members().items() if key != name}), name)


def remove_the_manifest_or_its_signature(rng: random.Random) -> Tampered:
    name = rng.choice((bundle.MANIFEST, bundle.SIGNATURE))
    return Tampered(archive(members(), *manifest(), lambda names: [each for each in names if each != name]), name)


def add_a_member(rng: random.Random) -> Tampered:
    data = rng.randbytes(50)
    names = ("readme.txt", "evidence/extra", bundle.evidence_name(chain.sha256_hex(data)), "certificates/hub/x.pem")
    name = rng.choice((*names, bundle.events_name(_uuid(rng))))
    return Tampered(_rewritten({**members(), name: data}), name)


def rename_a_member(rng: random.Random) -> Tampered:
    name = rng.choice(list(members()))
    new = rng.choice((name + "x", name[:-1], "evidence/" + "0" * 64, bundle.events_name(_uuid(rng))))
    renamed = {new if key == name else key: data for key, data in members().items()}
    return Tampered(_rewritten(renamed), name)


def swap_members(rng: random.Random) -> Tampered:
    first, second = rng.sample(list(members()), 2)
    found = members()
    return Tampered(_rewritten({**found, first: found[second], second: found[first]}), first)


def double_a_member(rng: random.Random) -> Tampered:
    name = rng.choice(list(members()))
    return Tampered(archive(members(), *manifest(), lambda names: [*names, name]), name)


def put_members_in_another_order(rng: random.Random) -> Tampered:
    return Tampered(archive(members(), *manifest(), lambda names: rng.sample(names, len(names))), "order")


def change_the_manifest(rng: random.Random) -> Tampered:
    text, signature = manifest()
    return Tampered(archive(members(), _flip(rng, text), signature), "manifest")


def change_the_signature(rng: random.Random) -> Tampered:
    text, signature = manifest()
    return Tampered(archive(members(), text, _flip(rng, signature)), bundle.SIGNATURE)


def write_the_signature_another_way(rng: random.Random) -> Tampered:
    """(r, -s) is as good a signature to ECDSA: no byte of a bundle may have a second spelling."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    text, signature = manifest()
    r, s = decode_dss_signature(signature)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return Tampered(archive(members(), text, encode_dss_signature(r, order - s)), bundle.SIGNATURE)


# --- somebody changed the hub's database; the hub makes the bundle and signs it in good faith ---


def change_an_event(rng: random.Random) -> Tampered:
    return _in_database(rng, _change_one)


def take_out_an_event(rng: random.Random) -> Tampered:
    return _in_database(rng, _take_out_one)


def double_an_event(rng: random.Random) -> Tampered:
    return _in_database(rng, _double_one)


def swap_events(rng: random.Random) -> Tampered:
    return _in_database(rng, _swap_two)


def cut_the_tail(rng: random.Random) -> Tampered:
    return _in_database(rng, lambda rng, told: (told[: rng.randrange(1, len(told))], "tail was cut off"))


def cut_the_head(rng: random.Random) -> Tampered:
    return _in_database(rng, lambda rng, told: (told[rng.randrange(1, len(told)) :], "events 1 to"))


def take_out_a_chain(rng: random.Random) -> Tampered:
    whole = a_bundle()
    chain_id = rng.choice(list(whole.chains))
    left = {key: told for key, told in whole.chains.items() if key != chain_id}
    parts = tuple(part for part in whole.parts if part.chain_id != chain_id)
    return Tampered(replace(whole, chains=left, parts=parts).fitted().sealed(), str(chain_id))


def rewrite_history(rng: random.Random) -> Tampered:
    """An event is altered and every later link made to fit; only the device could sign that."""
    return _in_database(rng, lambda rng, told: (relinked(rng, told, None), "sign"))


def rewrite_history_as_another_booths_device(rng: random.Random) -> Tampered:
    return _forge_device(rng, device(a_bundle().authority, "booth-2"))


def rewrite_history_as_a_strange_device(rng: random.Random) -> Tampered:
    return _forge_device(rng, device(authority()))


def rewrite_history_as_a_replaced_device(rng: random.Random) -> Tampered:
    """The old device was stolen: its key signs, its certificate is real, the hub had taken it out of service."""
    old = a_bundle().devices[0]
    whole = _with(a_bundle(), rng, lambda rng, told: (relinked(rng, told, old), ""))[0]
    first = min(each.received_at for told in whole.chains.values() for each in told)
    return Tampered(replace(whole, replaced_at=first).fitted().sealed(), "taken this one's place")


def rewrite_history_as_a_revoked_device(rng: random.Random) -> Tampered:
    """As above, but nobody has taken its place yet."""
    old = a_bundle().devices[0]
    whole = _with(a_bundle(), rng, lambda rng, told: (relinked(rng, told, old), ""))[0]
    first = min(each.received_at for told in whole.chains.values() for each in told)
    return Tampered(replace(whole, revoked_at=first).fitted().sealed(), "signed by a device that was revoked at")


def change_a_picture(rng: random.Random) -> Tampered:
    sha256, data = rng.choice(list(a_bundle().evidence.items()))
    changed = replace(a_bundle(), evidence={**a_bundle().evidence, sha256: _flip(rng, data)})
    return Tampered(changed.sealed(), sha256)


def take_out_a_picture(rng: random.Random) -> Tampered:
    sha256 = rng.choice(list(a_bundle().evidence))
    left = {key: data for key, data in a_bundle().evidence.items() if key != sha256}
    return Tampered(replace(a_bundle(), evidence=left).sealed(), sha256)


def call_a_picture_deleted(rng: random.Random) -> Tampered:
    """It is taken out, and retention is blamed for it, by everybody but the hub."""
    sha256, data = rng.choice(list(a_bundle().evidence.items()))
    left = {key: data for key, data in a_bundle().evidence.items() if key != sha256}
    said = rng.choice(
        (
            deleted_file(a_bundle().devices[0], data),
            deleted_file(signer(authority()), data),
            deleted_file(a_bundle().hub, data).model_copy(update={"rule": "clips: 29 days"}),
            deleted_file(a_bundle().hub, b"another file").model_copy(update={"sha256": sha256}),
            deleted_file(a_bundle().hub, data, a_bundle().hub.certificate.not_valid_after_utc + timedelta(days=1)),
        )
    )
    changed = replace(a_bundle(), evidence=left, manifest_changes={"deleted_evidence": (said,)})
    return Tampered(changed.sealed(), f"calls {sha256} deleted, but")


def call_the_beginning_deleted(rng: random.Random) -> Tampered:
    whole, chain_id = a_bundle(), rng.choice(list(a_bundle().chains))
    told = whole.chains[chain_id]
    number = rng.randrange(1, len(told) - 1)
    if rng.random() < 0.5:
        forger = rng.choice((whole.devices[0], signer(authority())))
        return Tampered(beginning_deleted(whole, chain_id, number, forger).sealed(), "called deleted, but")
    # The hub deleted less than is gone, or it deleted the beginning of another past.
    cut = beginning_deleted(whole, chain_id, number, whole.hub)
    (part,) = (part for part in cut.parts if part.chain_id == chain_id)
    others = tuple(part for part in cut.parts if part.chain_id != chain_id)
    if number > 1 and rng.random() < 0.5:
        said, named = deleted_events(whole.hub, chain_id, told[number - 2].payload), "were taken out"
    else:
        said = deleted_events(whole.hub, chain_id, _altered(rng, told[number - 1]).payload)
        named = "does not follow"
    changed = replace(cut, parts=(*others, part.model_copy(update={"deleted": said})))
    return Tampered(changed.sealed(), named)


def add_a_picture(rng: random.Random) -> Tampered:
    data = rng.randbytes(100)
    sha256 = chain.sha256_hex(data)
    return Tampered(replace(a_bundle(), evidence={**a_bundle().evidence, sha256: data}).sealed(), sha256)


def change_a_countersignature(rng: random.Random) -> Tampered:
    whole = a_bundle()
    at = rng.randrange(len(whole.countersignatures))
    changes: list[dict[str, Any]] = [
        {"head_seq": whole.countersignatures[at].head_seq + rng.choice((-1, 1))},
        {"head_sha256": f"{rng.getrandbits(256):064x}"},
        {"reason": "exam_session_ended"},
        {"signed_at": whole.countersignatures[at].signed_at.replace(microsecond=rng.randrange(1, 10**6))},
        {"signature": chain.sign(whole.devices[0].key, b"something else")},
        {"signed_by": whole.devices[0].fingerprint},
        {"chain_id": _uuid(rng)},
    ]
    items = list(whole.countersignatures)
    items[at] = items[at].model_copy(update=rng.choice(changes))
    return Tampered(replace(whole, countersignatures=tuple(items)).sealed(), "countersign")


def take_out_the_countersignatures(rng: random.Random) -> Tampered:
    kept = tuple(each for each in a_bundle().countersignatures if rng.random() < 0.3)
    if len(kept) == len(a_bundle().countersignatures):
        kept = ()
    return Tampered(replace(a_bundle(), countersignatures=kept).sealed(), "not countersigned")


# --- a forger changes anything, makes the manifest anew and signs it with a key that is not the hub's ---


def forge_without_signing(rng: random.Random) -> Tampered:
    changed = _anything(rng)
    found = changed.members()
    return Tampered(archive(found, changed.manifest(found), manifest()[1]), bundle.SIGNATURE)


def forge_with_the_devices_key(rng: random.Random) -> Tampered:
    changed, thief = _anything(rng), a_bundle().devices[0]
    if rng.random() < 0.5:
        return Tampered(replace(changed, manifest_key=thief.key).sealed(), bundle.SIGNATURE)
    return Tampered(replace(changed, hub=thief).fitted().sealed(), "signing certificate")


def forge_with_an_authority_of_ones_own(rng: random.Random) -> Tampered:
    """Everything fits, down to the device's signatures: only whom the reader trusts tells it apart."""
    root = authority(rng.choice(("Invigil hub authority", "another")))
    booth = device(root)
    whole = replace(a_bundle(), authority=root, hub=signer(root), devices=(booth,), countersignatures=())
    changed = replace(whole, chains={key: relinked(rng, told, booth) for key, told in whole.chains.items()})
    return Tampered(changed.fitted().sealed(), "you gave")


def forge_under_the_real_authority(rng: random.Random) -> Tampered:
    """The authority's certificate is the real one; the hub's is from somebody else's."""
    forged = replace(_anything(rng), hub=signer(authority()))
    return Tampered(forged.fitted().sealed(), "not issued by the authority")


def forge_with_a_certificate_of_another_kind(rng: random.Random) -> Tampered:
    """From the real authority, but made out to a booth, or for TLS."""
    root = a_bundle().authority
    wrong = signer(root, "booth-1") if rng.random() < 0.5 else device(root, "invigil.hub")
    return Tampered(replace(_anything(rng), hub=wrong).fitted().sealed(), "signing certificate")


CHEAP: tuple[Mutation, ...] = (
    flip_a_bit,
    flip_where_nothing_is_said,
    overwrite,
    truncate,
    append,
    insert,
    remove_a_stretch,
    double_a_stretch,
    swap_stretches,
)
OTHERS: tuple[Mutation, ...] = (
    change_a_member,
    remove_a_member,
    remove_the_manifest_or_its_signature,
    add_a_member,
    rename_a_member,
    swap_members,
    double_a_member,
    put_members_in_another_order,
    change_the_manifest,
    change_the_signature,
    write_the_signature_another_way,
    change_an_event,
    take_out_an_event,
    double_an_event,
    swap_events,
    cut_the_tail,
    cut_the_head,
    take_out_a_chain,
    rewrite_history,
    rewrite_history_as_another_booths_device,
    rewrite_history_as_a_strange_device,
    rewrite_history_as_a_replaced_device,
    rewrite_history_as_a_revoked_device,
    change_a_picture,
    take_out_a_picture,
    call_a_picture_deleted,
    call_the_beginning_deleted,
    add_a_picture,
    change_a_countersignature,
    take_out_the_countersignatures,
    forge_without_signing,
    forge_with_the_devices_key,
    forge_with_an_authority_of_ones_own,
    forge_under_the_real_authority,
    forge_with_a_certificate_of_another_kind,
)
MUTATIONS: tuple[Mutation, ...] = (*CHEAP, *OTHERS)


def _flip(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _uuid(rng: random.Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _rewritten(found: dict[str, bytes]) -> bytes:
    """Any names, in their order, with the manifest that was."""
    writer, data = ArchiveWriter(), bytearray()
    everything = {**found, bundle.MANIFEST: manifest()[0], bundle.SIGNATURE: manifest()[1]}
    for name in bundle.in_order(everything):
        data += writer.add(name, everything[name])
    return bytes(data + writer.end())


Change = Callable[[random.Random, list[Told]], tuple[list[Told], str]]


def _with(whole: Bundle, rng: random.Random, change: Change) -> tuple[Bundle, str]:
    chain_id = rng.choice(list(whole.chains))
    told, named = change(rng, whole.chains[chain_id])
    return replace(whole, chains={**whole.chains, chain_id: told}), named


def _in_database(rng: random.Random, change: Change) -> Tampered:
    whole, named = _with(a_bundle(), rng, change)
    return Tampered(whole.fitted().sealed(), named)


def _forge_device(rng: random.Random, forger: Identity) -> Tampered:
    """The forger's certificate is put beside the real one, or in its place."""
    whole, _ = _with(a_bundle(), rng, lambda rng, told: (relinked(rng, told, forger), ""))
    devices = (forger,) if rng.random() < 0.5 else (*whole.devices, forger)
    return Tampered(replace(whole, devices=devices).fitted().sealed(), forger.fingerprint)


def _anything(rng: random.Random) -> Bundle:
    change = rng.choice((_change_one, _take_out_one, lambda rng, told: (relinked(rng, told, None), "")))
    return _with(a_bundle(), rng, change)[0].fitted()


def _change_one(rng: random.Random, told: list[Told]) -> tuple[list[Told], str]:
    """Another time, in valid JSON: nothing but the hashes can tell."""
    at = rng.randrange(len(told))
    changed = [*told[:at], _altered(rng, told[at]), *told[at + 1 :]]
    return changed, f"event {at + 1}"


def _altered(rng: random.Random, one: Told) -> Told:
    event = json.loads(one.payload)
    event["monotonic_s"] = round(event["monotonic_s"] + rng.uniform(0.001, 0.4), 3)
    return replace(one, payload=json.dumps(event, separators=(",", ":")).encode())


def _take_out_one(rng: random.Random, told: list[Told]) -> tuple[list[Told], str]:
    at = rng.randrange(1, len(told) - 1)
    return told[:at] + told[at + 1 :], f"events {at + 1} to {at + 1}"


def _double_one(rng: random.Random, told: list[Told]) -> tuple[list[Told], str]:
    at = rng.randrange(len(told))
    return told[: at + 1] + told[at:], f"event {at + 1}"


def _swap_two(rng: random.Random, told: list[Told]) -> tuple[list[Told], str]:
    first, second = sorted(rng.sample(range(len(told)), 2))
    changed = list(told)
    changed[first], changed[second] = told[second], told[first]
    return changed, "event"


def relinked(rng: random.Random, told: list[Told], forger: Identity | None) -> list[Told]:
    """One event altered, all later ones linked to fit; with `forger`, checkpoints signed with that key."""
    target, head, changed = rng.randrange(len(told) - 1), chain.GENESIS_SHA256, []
    for at, one in enumerate(told):
        new = _altered(rng, one) if at == target else one
        event = json.loads(new.payload)
        event["prev_sha256"] = head
        body = event["body"]
        if body["type"] == "checkpoint" and (at > target or forger is not None):
            body["head_sha256"] = head
        if body["type"] == "checkpoint" and forger is not None:
            signed = chain.checkpoint_bytes(UUID(event["chain_id"]), body["head_seq"], body["head_sha256"])
            body["signature"] = chain.sign(forger.key, signed)
        new = replace(new, payload=json.dumps(event, separators=(",", ":")).encode())
        head = chain.sha256_hex(new.payload)
        changed.append(new)
    return changed
