"""A job exists exactly if its cause was committed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fund import clock, db, jobs
from tests.ground import tasks


def _waiting(session):
    rows = session.execute(
        text(
            "SELECT task_name, args, queueing_lock, scheduled_at FROM procrastinate_jobs"
            " WHERE status = 'todo' ORDER BY id"
        )
    )
    return rows.all()


def test_a_job_lives_and_dies_with_its_transaction(fresh_url):
    def defer_and_fail():
        with db.transaction() as session:
            jobs.defer(session, tasks.note, path="x", word="never")
            raise LookupError

    with pytest.raises(LookupError):
        defer_and_fail()
    with db.transaction() as session:
        jobs.defer(session, tasks.note, path="x", word="kept")
        with db.reading() as other:
            assert _waiting(other) == []
    with db.reading() as session:
        assert [job.args["word"] for job in _waiting(session)] == ["kept"]


def test_ids_travel_as_text_and_the_rest_as_it_is(session):
    some_id = uuid4()
    jobs.defer(session, tasks.note, path=some_id, word="ไทย", times=3, loud=True, nothing=None)
    (job,) = _waiting(session)
    assert job.task_name == "test.note"
    assert job.args == {
        "path": str(some_id),
        "word": "ไทย",
        "times": 3,
        "loud": True,
        "nothing": None,
    }


def test_a_job_wanted_once_is_not_added_while_one_waits(session):
    for word in ("first", "second"):
        jobs.defer(session, tasks.note, once="note", path="x", word=word)
    jobs.defer(session, tasks.note, once="another", path="x", word="third")
    assert [job.args["word"] for job in _waiting(session)] == ["first", "third"]
    session.execute(text("SELECT 1"))  # the refused one has not spoilt the transaction


def test_a_job_may_wait_until_later(session, run_jobs):
    later = clock.now() + timedelta(hours=1)
    jobs.defer(session, tasks.note, at=later, path="x", word="later")
    (job,) = _waiting(session)
    assert job.scheduled_at == later
    session.commit()
    assert run_jobs() == 0


def test_an_error_that_is_no_repetition_is_not_hidden(session):
    session.execute(text("SET LOCAL statement_timeout = '1ms'"))
    with pytest.raises(DBAPIError):
        session.execute(text("SELECT pg_sleep(1)"))
    with pytest.raises(DBAPIError):
        jobs.defer(session, tasks.note, once="x", path="x", word="x")
