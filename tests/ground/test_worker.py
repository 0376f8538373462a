"""What a killed worker leaves behind is taken up; workers share; a lost database is waited for."""

import json
import signal
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from fund import clock, db, jobs, upkeep
from fund.web import FormNonce
from tests.ground import tasks
from tests.ground.workers import QUICK, eventually, jobs_by_status, worker


def _defer(task, **options):
    with db.transaction() as session:
        jobs.defer(session, task, **{k: str(v) for k, v in options.items()})


def _words(path):
    return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []


def test_the_job_of_a_killed_worker_is_done_by_the_next(app, fresh_url, tmp_path):
    notes, gate = tmp_path / "notes", tmp_path / "gate"
    _defer(tasks.wait, path=notes, until=gate)
    with worker(fresh_url, *QUICK, log=tmp_path / "log") as first:
        eventually(lambda: _words(notes) == ["began"])
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert jobs_by_status("test.wait") == {"doing": 1}
    gate.touch()
    with worker(fresh_url, *QUICK, log=tmp_path / "log"):
        eventually(lambda: _words(notes) == ["began", "began", "ended"])
        eventually(lambda: jobs_by_status("test.wait") == {})  # done jobs are not kept


def test_a_left_job_whose_place_was_taken_is_closed_and_the_other_done(app, fresh_url, tmp_path):
    notes, gate = tmp_path / "notes", tmp_path / "gate"
    _defer(tasks.wait, path=notes, until=gate, once="one at a time")
    with worker(fresh_url, *QUICK, log=tmp_path / "log") as first:
        eventually(lambda: _words(notes) == ["began"])
        _defer(tasks.wait, path=notes, until=gate, once="one at a time")
        first.send_signal(signal.SIGKILL)
        first.wait()
    with db.transaction() as session:  # the second keeps waiting while the first is looked at
        later = {"at": clock.now() + timedelta(hours=1)}
        session.execute(
            text("UPDATE procrastinate_jobs SET scheduled_at = :at WHERE status = 'todo'"), later
        )
    with worker(fresh_url, *QUICK, log=tmp_path / "log"):
        eventually(lambda: jobs_by_status("test.wait") == {"failed": 1, "todo": 1})


def test_a_failed_job_gives_way_to_the_one_that_waits_in_its_place(app, fresh_url, tmp_path):
    notes, gate = tmp_path / "notes", tmp_path / "gate"
    task = tasks.wait_and_fail
    _defer(task, path=notes, until=gate, once="one at a time")
    with worker(fresh_url, *QUICK, log=tmp_path / "log"):
        eventually(lambda: _words(notes) == ["began"])
        _defer(task, path=notes, until=gate, once="one at a time")
        gate.touch()
        eventually(lambda: _words(notes) == ["began", "ended"] * 2)
        eventually(lambda: jobs_by_status(task.name) == {"todo": 1})  # to be tried again


def test_a_job_that_keeps_killing_its_worker_is_closed_at_last(app, fresh_url, tmp_path):
    notes, gate = tmp_path / "notes", tmp_path / "gate"
    _defer(tasks.wait, path=notes, until=gate)
    with db.transaction() as session:
        session.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', attempts = :tries"),
            {"tries": jobs.MOST_TRIES},
        )
    with worker(fresh_url, *QUICK, log=tmp_path / "log"):
        eventually(lambda: jobs_by_status("test.wait") == {"failed": 1})
    assert _words(notes) == []


def test_two_workers_share_the_jobs_and_do_each_once(app, fresh_url, tmp_path):
    notes, gate = tmp_path / "notes", tmp_path / "gate"
    for _ in range(2):
        _defer(tasks.wait, path=notes, until=gate)
    with (
        worker(fresh_url, *QUICK, log=tmp_path / "log"),
        worker(fresh_url, *QUICK, log=tmp_path / "log"),
    ):
        eventually(lambda: _words(notes) == ["began", "began"])
        gate.touch()
        for number in range(20):
            _defer(tasks.note, path=notes, word=f"note-{number}")
        eventually(lambda: jobs_by_status("test.note") == jobs_by_status("test.wait") == {})
    lines = [line.split() for line in notes.read_text().splitlines()]
    assert len({process for word, process in lines if word == "began"}) == 2
    assert sorted(w for w, _ in lines if w.startswith("note")) == sorted(
        f"note-{number}" for number in range(20)
    )


def test_a_worker_outlives_a_loss_of_its_database_connections(app, fresh_url, tmp_path, cluster):
    notes, log = tmp_path / "notes", tmp_path / "log"
    with worker(fresh_url, *QUICK, log=log) as process:
        _defer(tasks.note, path=notes, word="before")
        eventually(lambda: _words(notes) == ["before"])
        with cluster.admin() as connection:
            name = fresh_url.partition("@/")[2].partition("?")[0]
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
        _defer(tasks.note, path=notes, word="after")
        eventually(lambda: _words(notes) == ["before", "after"])
        assert process.poll() is None


def test_a_failed_try_is_logged_without_its_message_and_made_again(app, fresh_url, tmp_path):
    notes, log = tmp_path / "notes", tmp_path / "log"
    _defer(tasks.fail_once, path=notes, secret="Somchai Jaidee")
    with worker(fresh_url, *QUICK, log=log) as process:
        eventually(lambda: _words(notes) == ["failed", "done"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    (failure,) = (line for line in lines if line.get("task") == "test.fail_once")
    assert (failure["event"], failure["kind"]) == ("job_error_retry", "ValueError")
    assert "fail_once" in failure["trace"]
    assert "Somchai" not in log.read_text()


def test_a_worker_asked_to_stop_finishes_the_job_in_hand(app, fresh_url, tmp_path):
    notes, gate = tmp_path / "notes", tmp_path / "gate"
    _defer(tasks.wait, path=notes, until=gate)
    with worker(fresh_url, *QUICK, log=tmp_path / "log") as process:
        eventually(lambda: _words(notes) == ["began"])
        process.send_signal(signal.SIGTERM)
        gate.touch()
        assert process.wait(timeout=20) == 0
    assert _words(notes) == ["began", "ended"]
    assert jobs_by_status("test.wait") == {}


def test_nonces_are_forgotten_after_a_week(app, session):
    with db.transaction() as inner:
        old = FormNonce(nonce=uuid4(), actor="staff:x", used_at=clock.now() - timedelta(days=8))
        new = FormNonce(nonce=uuid4(), actor="staff:x", used_at=clock.now() - timedelta(days=6))
        inner.add_all([old, new])
    upkeep.forget_nonces(timestamp=0)
    assert session.get(FormNonce, old.nonce) is None
    assert session.get(FormNonce, new.nonce) is not None
