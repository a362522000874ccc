"""What is too old goes, with proof; what is held, young, or wanted for longer stays, whenever the hub is killed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from contract import chain
from contract.deletion import audit_bytes, file_bytes
from hub import audit
from hub.audit import HUB, Actor
from hub.devices.certificates import Authority, Signer
from hub.evidence.filestore import LocalFiles
from hub.exams.silence import HUB_CHAIN
from hub.retention import holds
from hub.retention.decide import Thing, Tie, days_of, due, rule_for, shortest
from hub.retention.service import Retention, next_run_at
from hub.retention.sweep import Sweep
from hub.store import erasure
from hub.tables import (
    audit_log,
    candidates,
    deletions,
    evidence_files,
    evidence_refs,
    exam_session_photos,
    exam_sessions,
    legal_holds,
    messages,
    monitoring_gaps,
    rejected_messages,
    retention_runs,
    violations,
    watches,
)
from hub.tables import settings as settings_table
from hub.views.retention import DATA_CLASSES, DEFAULT_DAYS, DataClass, ExamRetention, RetentionPolicy
from tests.support.centre_rows import NOW, CentreRows, ago
from tests.support.hub import a_database

pytestmark = pytest.mark.anyio
CLERK = Actor("ada", "Ada")
WEEK = RetentionPolicy(days=dict.fromkeys(DATA_CLASSES, 7))


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Authority.load_or_create(tmp_path_factory.mktemp("ca")).signer()


@asynccontextmanager
async def a_centre(folder: Path) -> AsyncIterator[CentreRows]:
    async with a_database(folder) as database:
        (folder / "evidence").mkdir(exist_ok=True)
        rows = CentreRows(database, LocalFiles(folder / "evidence"), folder)
        await rows.begin()
        yield rows


def sweep(rows: CentreRows, signer: Signer, policy: RetentionPolicy = WEEK, **options: Any) -> Sweep:
    return Sweep(rows.database, rows.files, signer, policy, NOW, **options)


async def column(rows: CentreRows, wanted: Any) -> list[Any]:
    async with rows.database.reading() as connection:
        return list((await connection.execute(select(wanted))).scalars())


def on_disk(rows: CentreRows) -> set[str]:
    return {path.name for path in (rows.folder / "evidence").rglob("*") if path.is_file()}


# --- the decision ---

CLASSES = st.sampled_from(DATA_CLASSES)
SOME_DAYS = st.one_of(st.none(), st.integers(1, 40))
EXAMS = [UUID(int=number) for number in range(3)]
POLICIES = st.builds(
    lambda days, exams: RetentionPolicy(
        days=days, exams=tuple(ExamRetention(exam_id=key, days=value) for key, value in exams.items())
    ),
    st.fixed_dictionaries(dict.fromkeys(DATA_CLASSES, SOME_DAYS)),
    st.dictionaries(
        st.sampled_from(EXAMS),
        st.dictionaries(st.sampled_from([name for name in DATA_CLASSES if name != "audit"]), SOME_DAYS),
        max_size=3,
    ),
)
TIES = st.builds(Tie, st.uuids(), st.one_of(st.none(), st.sampled_from(EXAMS)), st.booleans())
THINGS = st.builds(
    Thing,
    st.frozensets(CLASSES, min_size=1, max_size=3),
    st.floats(0, 50).map(ago),
    st.lists(TIES, max_size=3).map(tuple),
    st.booleans(),
)


@given(THINGS, POLICIES)
def test_nothing_goes_that_is_held_or_younger_than_any_rule_wants(thing: Thing, policy: RetentionPolicy) -> None:
    rule = due(thing, policy, NOW)
    wanted = [
        days_of(policy, data_class, exam_id)[0]
        for data_class in thing.data_classes
        for exam_id in ([tie.exam_id for tie in thing.ties] or [None])
    ]
    may_go = not thing.held and not any(tie.held for tie in thing.ties) and None not in wanted
    oldest = max((days for days in wanted if days is not None), default=0)
    assert (rule is not None) == (may_go and NOW - thing.born_at > timedelta(days=oldest))
    if rule is not None:
        assert (rule.days, rule.data_class in thing.data_classes) == (oldest, True)
        least = shortest(policy, thing.data_classes)
        assert least is not None
        assert least <= oldest, "what is not looked at is never due"


@given(POLICIES, CLASSES)
def test_an_exams_own_time_goes_before_the_general_one(policy: RetentionPolicy, data_class: DataClass) -> None:
    for exam_id in (None, *EXAMS):
        own = next((each.days for each in policy.exams if each.exam_id == exam_id), {})
        expected = own[data_class] if data_class in own else policy.days[data_class]
        assert days_of(policy, data_class, exam_id) == (expected, data_class in own)


def test_the_rule_says_what_it_is() -> None:
    policy = RetentionPolicy(exams=(ExamRetention(exam_id=EXAMS[0], days={"clips": 400}),))
    thing = Thing(frozenset({"clips"}), NOW, (Tie(UUID(int=9), EXAMS[0], held=False),))
    assert str(rule_for(thing, policy)) == f"clips: 400 days, exam {EXAMS[0]}"
    assert str(rule_for(Thing(frozenset({"clips"}), NOW), policy)) == "clips: 180 days"
    assert RetentionPolicy().days == DEFAULT_DAYS
    assert RetentionPolicy(days={"clips": None}).days == {**DEFAULT_DAYS, "clips": None}


@pytest.mark.parametrize("hour", [0, 3, 23])
def test_it_runs_at_its_hour(hour: int) -> None:
    for minutes in range(0, 24 * 60, 47):
        now = NOW + timedelta(minutes=minutes)
        next_at = next_run_at(hour, now)
        assert now < next_at <= now + timedelta(hours=25)
        assert (next_at.astimezone().hour, next_at.astimezone().minute) == (hour, 0)


# --- the sweep ---

AGE = st.integers(1, 14).map(lambda days: days + 0.5)
FILE = st.fixed_dictionaries(
    {
        "as": st.sampled_from(["snapshot", "clip", "segment", "photo", "nothing"]),
        "days": AGE,
        "named_days": st.lists(AGE, max_size=2),
        "sat": st.integers(0, 3),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.lists(FILE, max_size=12), st.sets(st.integers(0, 3)), st.integers(0, 40))
def test_whatever_there_is_only_what_is_old_and_free_goes_and_a_kill_anywhere_is_made_good(
    tmp_path_factory: pytest.TempPathFactory, signer: Signer, made: list[dict[str, Any]], held: set[int], dies_at: int
) -> None:
    anyio.run(_a_world, tmp_path_factory.mktemp("centre"), signer, made, held, dies_at)


async def _a_world(folder: Path, signer: Signer, made: list[dict[str, Any]], held: set[int], dies_at: int) -> None:
    async with a_centre(folder) as rows:
        exam_id, candidate_id = await rows.exam(), await rows.candidate()
        # One a booth, far apart in time from everything else: only what names it is held.
        sat = [
            await rows.exam_session(
                900, exam_id=exam_id, candidate_id=candidate_id, held=number in held, booth_id=f"far-{number}"
            )
            for number in range(3)
        ] + [None]
        stays: set[str] = set()
        kept_violations = 0
        for each in made:
            kind = "video/mp4" if each["as"] in ("clip", "segment") else "image/jpeg"
            name, its, ages = await rows.file(each["days"], kind), sat[each["sat"]], [each["days"]]
            named = True
            if each["as"] in ("snapshot", "clip"):
                for days in each["named_days"]:
                    await rows.violation(days, name, exam_session_id=its)
                    ages.append(days)
                named = bool(each["named_days"])
            elif each["as"] == "segment":
                await rows.segment(each["days"], name, its)
            elif each["as"] == "photo" and its is not None:
                await rows.photo(each["days"], name, its)
            else:
                named = False
            is_held = named and its is not None and each["sat"] in held
            if is_held or min(ages) < 7:
                stays.add(name)
            if each["as"] in ("snapshot", "clip"):
                kept_violations += sum(is_held or days < 7 or name in stays for days in each["named_days"])
        preview = sweep(rows, signer, dry=True)
        await preview.run()
        assert await column(rows, deletions.c.deletion_id) == [], "a preview changes nothing"

        before = on_disk(rows)
        cut_off = sweep(rows, signer)
        with pytest.MonkeyPatch.context() as patch:
            if await _dies(cut_off, dies_at, patch):
                assert on_disk(rows) >= stays
        last = sweep(rows, signer)
        await last.run()
        assert last.complete
        assert on_disk(rows) == set(await column(rows, evidence_files.c.sha256)) == stays
        proofs = await column(rows, deletions.c.sha256)
        assert sorted(proofs) == sorted(before - stays), "one each"
        assert None not in await column(rows, deletions.c.gone_at)
        assert len(await column(rows, violations.c.violation_id)) == kept_violations
        assert set(await column(rows, evidence_refs.c.sha256)) <= stays
        assert set(await column(rows, exam_session_photos.c.sha256)) <= stays
        assert sum(each.files for each in preview.preview()) == len(before - stays), "as it was foretold"
        told = sum(each.rows for each in preview.preview() if each.data_class == "events")
        assert (
            told
            == sum(len(each["named_days"]) for each in made if each["as"] in ("snapshot", "clip")) - kept_violations
        )


class Killed(BaseException):
    """What no `except Exception` holds up, as a power cut."""


async def _dies(run: Sweep, at: int, patch: pytest.MonkeyPatch) -> bool:
    """Whether it came to the `at`-th step between two transactions, or between one and the disk."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps > at:
            raise Killed

    for name in ("remove",):
        does = getattr(run._store, name)

        async def around(sha256: str, does: Any = does) -> None:
            step()
            await does(sha256)
            step()

        patch.setattr(run._store, name, around, raising=True)
    for name in ("_delete_files", "_finish_files", "_violations", "_chains", "_candidates", "_audit"):
        does = getattr(run, name)

        async def before(*args: Any, does: Any = does) -> None:
            step()
            await does(*args)

        patch.setattr(run, name, before)
    try:
        await run.run()
    except Killed:
        return True
    return False


async def test_a_file_that_cannot_be_deleted_is_tried_again(tmp_path: Path, signer: Signer) -> None:
    async with a_centre(tmp_path) as rows:
        stuck, other = await rows.file(30), await rows.file(30)

        class Stubborn(LocalFiles):
            async def remove(self, sha256: str) -> None:
                if sha256 == stuck:
                    raise OSError(5, "no answer")
                await super().remove(sha256)

        run = Sweep(rows.database, Stubborn(tmp_path / "evidence"), signer, WEEK, NOW)
        await run.run()
        assert not run.complete
        assert on_disk(rows) == {stuck}
        assert await column(rows, evidence_files.c.sha256) == [], "nobody is given it any more"
        again = sweep(rows, signer)
        await again.run()
        assert again.complete
        assert on_disk(rows) == set()
        assert sorted(await column(rows, deletions.c.sha256)) == sorted([stuck, other])


async def test_the_proof_is_signed_and_says_why(tmp_path: Path, signer: Signer) -> None:
    async with a_centre(tmp_path) as rows:
        exam_id = await rows.exam()
        sat = await rows.exam_session(30, exam_id=exam_id, candidate_id=await rows.candidate())
        name = await rows.file(30)
        await rows.violation(30, name, exam_session_id=sat)
        own = RetentionPolicy(days=WEEK.days, exams=(ExamRetention(exam_id=exam_id, days={"snapshots": 20}),))
        run = sweep(rows, signer, own)
        await run.run()
        async with rows.database.reading() as connection:
            (proof,) = (await connection.execute(select(deletions))).all()
        assert (proof.sha256, proof.booth_id, proof.exam_session_id) == (name, "booth-1", sat)
        assert (proof.what, proof.data_class, proof.born_at) == ("file", "snapshots", ago(30))
        assert proof.rule == f"snapshots: 20 days, exam {exam_id}"
        signed = file_bytes(name, proof.rule, proof.deleted_at)
        assert chain.verify(signer.key.public_key(), proof.signature, signed)
        assert proof.gone_at >= proof.deleted_at


async def test_a_picture_of_a_booth_in_an_exam_session_that_is_held_stays_though_nothing_names_it(
    tmp_path: Path, signer: Signer
) -> None:
    async with a_centre(tmp_path) as rows:
        await rows.exam_session(30, exam_id=await rows.exam(), candidate_id=await rows.candidate(), held=True)
        within, long_before, long_after = await rows.file(30), await rows.file(33), await rows.file(27)
        await sweep(rows, signer).run()
        assert on_disk(rows) == {within}
        assert {long_before, long_after} == set(await column(rows, deletions.c.sha256))


async def test_a_hold_that_is_placed_at_the_last_moment_counts(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between finding what is due and deleting it."""
    async with a_centre(tmp_path) as rows:
        sat = await rows.exam_session(30, exam_id=await rows.exam(), candidate_id=await rows.candidate())
        name = await rows.file(30)
        await rows.violation(30, name, exam_session_id=sat)
        run = sweep(rows, signer)
        delete = run._delete_files

        async def held_first(names: Any) -> None:
            assert list(names) == [name]
            await holds.place(rows.database, sat, "a complaint", CLERK)
            await delete(names)

        monkeypatch.setattr(run, "_delete_files", held_first)
        await run.run()
        assert on_disk(rows) == {name}
        assert run.found()["snapshots"].files == 0
        again = sweep(rows, signer, dry=True)
        await again.run()
        assert {each.data_class: each.held for each in again.preview()} == {
            **dict.fromkeys(DATA_CLASSES, 0),
            "snapshots": 1,
            "events": 1,
            "candidates": 1,
        }
        await holds.release(rows.database, sat, "settled", CLERK)
        await sweep(rows, signer).run()
        assert on_disk(rows) == set()


async def test_what_the_hub_noted_itself_goes_with_the_events_but_not_of_a_held_time(
    tmp_path: Path, signer: Signer
) -> None:
    async with a_centre(tmp_path) as rows:
        exam_id = await rows.exam()
        await rows.exam_session(30, exam_id=exam_id, candidate_id=await rows.candidate(), held=True)
        async with rows.database.writing() as connection:
            for number, days in enumerate((40, 30, 5)):
                gap = {"booth_id": "booth-1", "chain_id": HUB_CHAIN, "seq": 0, "reason": "booth_silent", "detail": ""}
                times = {"started_at": ago(days), "ended_at": ago(days)}
                await connection.execute(insert(monitoring_gaps).values(gap_id=UUID(int=number), **gap, **times))
                aside = {"booth_id": "booth-1", "topic": "t", "reason": "malformed", "payload": b"", "size_bytes": 0}
                named = {"payload_sha256": f"{number:064x}", "received_at": ago(days)}
                await connection.execute(insert(rejected_messages).values(**aside, **named))
        patient = RetentionPolicy(days=WEEK.days, exams=(ExamRetention(exam_id=exam_id, days={"events": 35}),))
        for policy, left in ((patient, [1, 2]), (WEEK, [1, 2])):
            await sweep(rows, signer, policy).run()
            assert sorted(each.int for each in await column(rows, monitoring_gaps.c.gap_id)) == left
            assert len(await column(rows, rejected_messages.c.rejected_id)) == 2
        async with rows.database.writing() as connection:
            await connection.execute(update(exam_sessions).values(legal_hold=False))
        await sweep(rows, signer, patient).run()
        assert len(await column(rows, monitoring_gaps.c.gap_id)) == 2, "30 days are younger than what that exam wants"
        await sweep(rows, signer).run()
        assert await column(rows, monitoring_gaps.c.gap_id) == [UUID(int=2)]
        assert len(await column(rows, rejected_messages.c.rejected_id)) == 1


# --- people ---


async def test_a_candidate_is_forgotten_after_the_last_exam_session_and_not_before(
    tmp_path: Path, signer: Signer
) -> None:
    async with a_centre(tmp_path) as rows:
        exam_id = await rows.exam()
        never_sat, sat_long_ago, sits_again, disputed = [await rows.candidate(3000) for _ in range(4)]
        newcomer = await rows.candidate(1)
        for candidate_id, days, held in (
            (sat_long_ago, 300, False),
            (sits_again, 300, False),
            (sits_again, 2, False),
            (disputed, 300, True),
        ):
            last = await rows.exam_session(days, exam_id=exam_id, candidate_id=candidate_id, held=held)
            async with rows.database.writing() as connection:
                await connection.execute(
                    insert(messages).values(
                        message_id=UUID(int=int(days * 10 + held * 5 + (candidate_id == sits_again))),
                        exam_session_id=last,
                        booth_id="booth-1",
                        kind="message",
                        text="Ada, please sit down",
                        username="ada",
                        display_name="Ada",
                        sent_at=ago(days),
                    )
                )
        await sweep(rows, signer).run()
        async with rows.database.reading() as connection:
            left = {row.candidate_id: row for row in await connection.execute(select(candidates))}
            said = (await connection.execute(select(messages.c.exam_session_id))).scalars().all()
        assert left.keys() == {sat_long_ago, sits_again, disputed, newcomer}
        assert never_sat not in left
        gone = left[sat_long_ago]
        assert (gone.name, gone.email, gone.accommodation_note) == (erasure.ERASED, None, "")
        assert "Ada" not in gone.number
        assert {left[one].name for one in (sits_again, disputed, newcomer)} == {"Ada Lovelace"}
        assert len(said) == 3
        again = sweep(rows, signer)
        await again.run()
        assert again.found()["candidates"].rows == 0


async def test_the_audit_log_is_cut_from_its_beginning_and_never_into_what_is_held(
    tmp_path: Path, signer: Signer
) -> None:
    async with a_centre(tmp_path) as rows:
        async with rows.database.writing() as connection:
            for number in range(12):
                await audit.record(connection, CLERK, "exam.created", "exam", str(number))
            for number in range(1, 13):
                await connection.execute(
                    update(audit_log).where(audit_log.c.number == number).values(at=ago(40 - 3 * number))
                )
            for number, days in enumerate((30, 2)):
                await connection.execute(
                    insert(watches).values(
                        watch_id=UUID(int=number),
                        username="ada",
                        display_name="Ada",
                        booth_id="booth-1",
                        kind="view",
                        started_at=ago(days),
                        last_beat_at=ago(days),
                        ended_at=ago(days),
                    )
                )
        await rows.exam_session(20, exam_id=await rows.exam(), candidate_id=await rows.candidate(), held=True)
        await sweep(rows, signer).run()
        assert min(await column(rows, audit_log.c.number)) == 7, "21 days ago it was made; entry 7 is 19 days old"
        async with rows.database.writing() as connection:
            await connection.execute(update(exam_sessions).values(legal_hold=False))
        await sweep(rows, signer).run()
        assert min(await column(rows, audit_log.c.number)) == 11, "entry 11 is 7 days old to the second"
        async with rows.database.reading() as connection:
            proofs = (await connection.execute(select(deletions).order_by(deletions.c.last_seq))).all()
            first = (await connection.execute(select(audit_log).order_by(audit_log.c.number))).first()
        assert first is not None
        assert first.prev_sha256 == proofs[-1].sha256, "what is left is tied to what went"
        for proof in proofs:
            signed = audit_bytes(proof.last_seq, proof.sha256, proof.rule, proof.deleted_at)
            assert chain.verify(signer.key.public_key(), proof.signature, signed)
        assert await column(rows, watches.c.watch_id) == [UUID(int=1)]


# --- the service ---


def service(rows: CentreRows, signer: Signer, now: Any = NOW) -> Retention:
    return Retention(rows.database, rows.files, signer, now=(lambda: now) if not callable(now) else now)


async def test_it_runs_once_a_day_in_one_process_and_not_in_a_new_hubs_first_hours(
    tmp_path: Path, signer: Signer
) -> None:
    async with a_centre(tmp_path) as rows:
        await rows.file(4000)
        now = NOW
        two = [service(rows, signer, lambda: now) for _ in range(2)]
        assert not await two[0]._claim()
        assert not await two[1]._claim()
        now = next_run_at(3, now) + timedelta(seconds=5)
        assert [await two[0]._claim(), await two[1]._claim(), await two[0]._claim()] == [True, False, False]
        now += timedelta(days=3)
        assert [await two[1]._claim(), await two[0]._claim()] == [True, False], "missed days are made up for once"
        await two[0].set_policy(RetentionPolicy(hour=(now.astimezone().hour + 2) % 24), CLERK)
        now += timedelta(hours=1)
        assert not await two[0]._claim()
        now += timedelta(hours=1)
        assert await two[0]._claim()


async def test_a_run_is_written_down_with_what_it_found(tmp_path: Path, signer: Signer) -> None:
    async with a_centre(tmp_path) as rows:
        await rows.file(4000)
        retention = service(rows, signer)
        view = await retention.run_once(HUB)
        assert view.complete
        assert view.found["snapshots"].files == 1
        assert view.ended_at is not None
        assert await column(rows, retention_runs.c.run_id) == [view.run_id] == await column(rows, deletions.c.run_id)
        async with rows.database.reading() as connection:
            (entry,) = (await connection.execute(select(audit_log).where(audit_log.c.action == "retention.ran"))).all()
        assert entry.object_id == str(view.run_id)
        assert entry.username is None


async def test_the_task_runs_what_a_person_asked_for(tmp_path: Path, signer: Signer) -> None:
    async with a_centre(tmp_path) as rows:
        await rows.file(4000)
        retention = service(rows, signer)
        asked = await retention.ask(CLERK)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(retention.run)
            with anyio.fail_after(60):
                while not any(await column(rows, retention_runs.c.complete)):  # noqa: ASYNC110 (written by the task)
                    await anyio.sleep(0.02)
            tasks.cancel_scope.cancel()
        assert await column(rows, retention_runs.c.run_id) == [asked.run_id]
        assert await column(rows, retention_runs.c.started_by) == ["Ada"]
        assert on_disk(rows) == set()


async def test_holds_and_rules_are_in_the_audit_log(tmp_path: Path, signer: Signer) -> None:
    async with a_centre(tmp_path) as rows:
        sat = await rows.exam_session(3, exam_id=await rows.exam(), candidate_id=await rows.candidate())
        await holds.place(rows.database, sat, "a complaint", CLERK)
        await holds.release(rows.database, sat, "settled", CLERK)
        await holds.place(rows.database, sat, "once more", CLERK)
        await service(rows, signer).set_policy(RetentionPolicy(hour=4), CLERK)
        async with rows.database.reading() as connection:
            said = [(row.action, row.detail) for row in await connection.execute(select(audit_log))]
            kept = (await connection.execute(select(func.count()).select_from(legal_holds))).scalar_one()
            assert (await connection.execute(select(settings_table.c.name))).scalars().all()
        assert [action for action, _ in said] == [
            "exam_session.held",
            "exam_session.released",
            "exam_session.held",
            "retention.changed",
        ]
        assert "a complaint" in said[0][1]
        assert '"hour": {"from": 3, "to": 4}' in said[3][1]
        assert kept == 2
        assert await column(rows, exam_sessions.c.legal_hold) == [True]
