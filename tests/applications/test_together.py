"""Two people at the same moment, each with a connection and a commit of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from fund import db
from fund.applications import drafts, operations
from fund.applications.drafts import Draft, Texts
from fund.applications.models import Application
from fund.errors import Conflict
from fund.people.models import Staff
from tests.applications.factories import NOW, make_draft


@pytest.fixture
def draft(app, fresh_url):
    with db.transaction() as session:
        application_id = make_draft(session).id
    yield application_id
    db.init(app.config["SETTINGS"].database_url)


def test_of_two_saves_at_once_one_is_kept_and_the_other_told(draft):
    together = Barrier(2)

    def save(words):
        with db.transaction() as session:
            application = session.get_one(Application, draft)
            actor = session.get_one(Staff, application.author_id).actor_at(NOW)
            together.wait(5)
            try:
                operations.save_draft(
                    session, application, Draft(Texts(need=words)), version=2, actor=actor, now=NOW
                )
            except Conflict:
                return None
            return words

    with ThreadPoolExecutor(2) as pool:
        kept = list(pool.map(save, ["mine", "theirs"]))
    assert kept.count(None) == 1
    with db.reading() as session:
        application = session.scalars(select(Application)).one()
        assert drafts.read_texts(session, application).need in kept
