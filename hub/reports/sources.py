"""The last page of a printed report: where its facts come from, and how anybody checks them."""

from typing import TYPE_CHECKING, Any

from hub.views.reports import ReportChain

if TYPE_CHECKING:
    from hub.reports.sheet import Sheet


def sources(sheet: "Sheet") -> dict[str, Any]:
    report, say = sheet.report, sheet.words.say
    source, unknown = report.provenance, say("pdf.prov.unknown")
    hashes = [(say("pdf.hash.authority"), source.authority_sha256)]
    if not report.redacted:
        hashes += [(say("pdf.hash.device", serial=each.serial[:16]), each.fingerprint) for each in source.devices]
    hashes += list(source.models.items())
    return {
        "words": say("pdf.provenance_words"),
        "facts": [
            (say("pdf.prov.hub"), f"Invigil {source.hub_version}"),
            (say("pdf.prov.agent"), ", ".join(f"Invigil {each}" for each in source.agent_versions) or unknown),
            *(
                (
                    say("pdf.prov.devices"),
                    say("pdf.prov.device", serial=each.serial, at=sheet.date_time(each.enrolled_at)),
                )
                for each in source.devices
                if not report.redacted
            ),
            (say("pdf.prov.clock"), _clock(sheet)),
            (say("pdf.prov.profiles"), ", ".join(source.profiles) or unknown),
        ],
        "chains": [_chain(sheet, number, each) for number, each in enumerate(source.chains, start=1)],
        "hashes": [(name, sha256) for name, sha256 in hashes if sha256],
        "check": say("pdf.check_words"),
        "command": f"invigil verify {report.exam_session_id}.zip --ca ca.pem",
    }


def _clock(sheet: "Sheet") -> str:
    clock, words = sheet.report.provenance.clock, sheet.words
    if clock.lowest_ms is None or clock.highest_ms is None:
        return words.say("pdf.prov.clock_none")
    lowest, highest = words.number(clock.lowest_ms), words.number(clock.highest_ms)
    return words.say("pdf.prov.clock_words", lowest=lowest, highest=highest, measured=clock.measured)


def _chain(sheet: "Sheet", number: int, chain: ReportChain) -> dict[str, Any]:
    """Each fact with whether its value is a hash."""
    say = sheet.words.say
    missing = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in chain.missing)
    signed = say("pdf.chain.signed_none")
    if chain.signed_to_seq is not None:
        signed = say(
            "pdf.chain.signed_words",
            checkpoints=chain.checkpoints,
            upto=chain.signed_to_seq,
            refused=chain.checkpoints_refused,
        )
    facts: list[tuple[str, str, bool]] = [
        (say("pdf.chain.id"), str(chain.chain_id), True),
        (
            say("pdf.chain.events"),
            say("pdf.chain.events_words", events=chain.events, first=chain.first_seq, last=chain.last_seq),
            False,
        ),
        (say("pdf.chain.missing"), missing or say("pdf.chain.missing_none"), False),
        (say("pdf.chain.links"), str(chain.broken_links), False),
        (say("pdf.chain.signed"), signed, False),
    ]
    word = chain.countersigned
    if word is None:
        facts.append((say("pdf.chain.counter"), say("pdf.chain.counter_none"), False))
    else:
        at = sheet.date_time(word.signed_at)
        facts.append((say("pdf.chain.counter"), say("pdf.chain.counter_words", seq=word.head_seq, at=at), False))
        facts.append((say("pdf.chain.head"), word.head_sha256, True))
    return {"title": say("pdf.chain", number=number, booth=chain.booth_id), "facts": facts}
