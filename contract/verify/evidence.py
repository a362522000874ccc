"""Evidence files against the events that name them: all of them, no other, each the file it is named after."""

from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import Field, ValidationError

from contract.bundle import MANIFEST, NamedFile, evidence_name, files_named
from contract.deletion import DeletedEvidence
from contract.messages import EventBody
from contract.verify.members import Members
from contract.verify.report import Report
from contract.verify.trust import Trust
from contract.wire import InvalidError, Sha256, Wire

KNOWN: Final = frozenset(kind.model_fields["type"].default for kind in get_args(get_args(EventBody)[0]))
"""Types of events that this program knows."""


class Dropped(Wire):
    sha256: Sha256
    reason: str = Field(max_length=300)


@dataclass(frozen=True, slots=True)
class Mention:
    where: str
    seq: int
    named: NamedFile


class NamedEvidence:
    """What the events of all chains say of files."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._mentions: dict[str, Mention] = {}
        self._dropped: dict[str, tuple[str, int, str]] = {}

    def take(self, where: str, seq: int, body: dict[str, Any]) -> None:
        kind = body.get("type")
        try:
            for named in files_named(body):
                self._mention(where, seq, named)
            if kind == "evidence_dropped":
                dropped = Dropped.model_validate(body)
                self._dropped[dropped.sha256] = (where, seq, dropped.reason)
        except (InvalidError, ValidationError):
            self._report.wrong("evidence", where, "speaks of evidence in a way that cannot be read", seq)
        if kind not in KNOWN:
            problem = f"is a {kind!r}, which this program does not know: files that it names are not compared"
            self._report.note("evidence", where, problem, seq)

    def compare(self, members: Members, trust: Trust) -> None:
        """With the files that are in the bundle, and what the hub says of those that are not."""
        report = self._report
        deleted = self._deleted(members, trust)
        absent = {each.sha256: each.reason for each in members.manifest.absent_evidence}
        for name in sorted(members.names("evidence/")):
            self._check_file(name, members)
        for sha256, mention in self._mentions.items():
            name = evidence_name(sha256)
            if name in members or members.listed(name):
                continue  # one that was removed is told of by the manifest
            what = f"{mention.named.role} {sha256}"
            if sha256 in self._dropped:
                where, seq, reason = self._dropped[sha256]
                report.note(
                    "evidence",
                    mention.where,
                    f"{what} was dropped, as {where}, event {seq} says: {reason}",
                    mention.seq,
                )
            elif sha256 in deleted:
                what = f"{what} was deleted by retention on {deleted[sha256].deleted_at} ({deleted[sha256].rule})"
                report.note("evidence", mention.where, what, mention.seq)
            elif sha256 in absent:
                report.missing("evidence", mention.where, f"{what} is not here: {absent[sha256]}", mention.seq)
            else:
                report.wrong("evidence", mention.where, f"{what} is not here, and nothing says why", mention.seq)
        for sha256 in sorted(absent.keys() - self._mentions.keys()):
            report.wrong("evidence", MANIFEST, f"calls {sha256} absent, which no event names")
        for sha256 in sorted(deleted.keys() - self._mentions.keys()):
            report.wrong("evidence", MANIFEST, f"calls {sha256} deleted, which no event names")
        here = len(members.names("evidence/"))
        report.held["evidence"] = f"{here} of {len(self._mentions)} files that events name are here and unaltered"

    def _deleted(self, members: Members, trust: Trust) -> dict[str, DeletedEvidence]:
        """What the hub has signed that it deleted it, and is not here."""
        found = {}
        for each in members.manifest.deleted_evidence:
            if problem := trust.unsigned(each.signed_by, each.signature, each.signed_bytes(), each.deleted_at):
                self._report.wrong("evidence", MANIFEST, f"calls {each.sha256} deleted, but {problem}")
            elif evidence_name(each.sha256) in members:
                self._report.wrong("evidence", evidence_name(each.sha256), "is here, and the manifest calls it deleted")
            else:
                found[each.sha256] = each
        return found

    def _mention(self, where: str, seq: int, named: NamedFile) -> None:
        before = self._mentions.setdefault(named.sha256, Mention(where, seq, named))
        if before.named.size_bytes != named.size_bytes:
            self._report.wrong(
                "evidence", where, f"names {named.sha256} with another size than event {before.seq}", seq
            )

    def _check_file(self, name: str, members: Members) -> None:
        sha256, size = name.removeprefix("evidence/"), sum(len(piece) for piece in members.pieces(name))
        mention = self._mentions.get(sha256)
        if members.sha256(name) != sha256:
            where = f", named by {mention.where}, event {mention.seq}" if mention else ""
            self._report.wrong("evidence", name, f"is not the file it is named after{where}")
        if mention is None:
            self._report.wrong("evidence", name, "no event in this bundle names it")
        elif mention.named.size_bytes != size:
            problem = f"has {size} bytes; {mention.where}, event {mention.seq} says {mention.named.size_bytes}"
            self._report.wrong("evidence", name, problem)
