"""Evidence files against the events that name them: all of them, no other, each the file it is named after."""

import hashlib
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError

from contract.bundle import MANIFEST, evidence_name
from contract.verify.members import Members
from contract.verify.report import Report
from contract.wire import Sha256, Wire


class Named(Wire):
    """A file as an event names it; roles and kinds of media may be newer than this program."""

    sha256: Sha256
    role: str = Field(max_length=40)
    size_bytes: int = Field(ge=1)


@dataclass(frozen=True, slots=True)
class Mention:
    where: str
    seq: int
    named: Named


class NamedEvidence:
    """What the events of all chains say of files."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._mentions: dict[str, Mention] = {}
        self._dropped: dict[str, tuple[str, int, str]] = {}

    def take(self, where: str, seq: int, body: dict[str, Any]) -> None:
        try:
            match body.get("type"):
                case "violation_opened" | "violation_updated" | "violation_closed":
                    for each in body["violation"].get("evidence", ()):
                        self._mention(where, seq, each)
                case "evidence_added" | "segment_recorded":
                    self._mention(where, seq, body["evidence"])
                case "evidence_dropped":
                    self._dropped[str(body["sha256"])] = (where, seq, str(body["reason"]))
                case "monitoring_gap" | "monitoring_step":
                    pass
                case other:
                    problem = f"is a {other!r}, which this program does not know: files that it names are not compared"
                    self._report.note("evidence", where, problem, seq)
        except (KeyError, TypeError, AttributeError, ValidationError):
            self._report.wrong("evidence", where, "names evidence in a way that cannot be read", seq)

    def compare(self, members: Members) -> None:
        """With the files that are in the bundle."""
        report = self._report
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
            elif sha256 in absent:
                report.missing("evidence", mention.where, f"{what} is not here: {absent[sha256]}", mention.seq)
            else:
                report.wrong("evidence", mention.where, f"{what} is not here, and nothing says why", mention.seq)
        for sha256 in sorted(absent.keys() - self._mentions.keys()):
            report.wrong("evidence", MANIFEST, f"calls {sha256} absent, which no event names")
        here = len(members.names("evidence/"))
        report.held["evidence"] = f"{here} of {len(self._mentions)} files that events name are here and unaltered"

    def _mention(self, where: str, seq: int, data: Any) -> None:
        named = Named.model_validate(data)
        before = self._mentions.setdefault(named.sha256, Mention(where, seq, named))
        if before.named.size_bytes != named.size_bytes:
            self._report.wrong(
                "evidence", where, f"names {named.sha256} with another size than event {before.seq}", seq
            )

    def _check_file(self, name: str, members: Members) -> None:
        sha256, digest, size = name.removeprefix("evidence/"), hashlib.sha256(), 0
        for piece in members.pieces(name):
            digest.update(piece)
            size += len(piece)
        mention = self._mentions.get(sha256)
        if digest.hexdigest() != sha256:
            where = f", named by {mention.where}, event {mention.seq}" if mention else ""
            self._report.wrong("evidence", name, f"is not the file it is named after{where}")
        if mention is None:
            self._report.wrong("evidence", name, "no event in this bundle names it")
        elif mention.named.size_bytes != size:
            problem = f"has {size} bytes; {mention.where}, event {mention.seq} says {mention.named.size_bytes}"
            self._report.wrong("evidence", name, problem)
