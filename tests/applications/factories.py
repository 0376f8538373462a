"""Applications for tests, of every room, made by the operations themselves."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from fund.applications import operations
from fund.applications.drafts import Draft, LineDraft, SupportDraft, Texts
from fund.applications.models import Application
from fund.people.models import Staff
from fund.permissions import Role
from fund.survivors.models import Survivor
from tests.ledger.factories import make_fund
from tests.people.factories import make_staff
from tests.survivors.factories import make_case

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TEXTS = Texts(
    aim="Upper secondary, first term",
    need="Left school in the second year and wants to go back.",
    plan="Enrols in December; the school keeps a place.",
    safety="A relative goes along to school; the school knows whom to call.",
)
TUITION = LineDraft("tuition", "school", None, 850_000, date(2026, 12, 1))
BOOKS = LineDraft("books", "vendor", None, 150_000, date(2026, 12, 1))


def make_author(session: Session) -> Staff:
    """A caseworker."""
    return make_staff(session, Role.CASEWORKER, name="Kanya Caseworker")


def make_draft(
    session: Session,
    *,
    author: Staff | None = None,
    survivor: Survivor | None = None,
    attested_by: Staff | None = None,
    kind: str = "education",
    texts: Texts = TEXTS,
    lines: Sequence[LineDraft] = (TUITION, BOOKS),
    supports: Sequence[SupportDraft] = (),
    now: datetime = NOW,
) -> Application:
    """A filled-in draft of the author's own case (attested, consented unless given)."""
    make_fund(session, kind)
    author = author or make_author(session)
    if survivor is None:
        survivor = make_case(
            session,
            caseworker=author,
            attested_by=attested_by or make_staff(session, Role.SUPERVISOR),
        )
    actor = author.actor_at(now)
    application = operations.start(session, survivor, kind=kind, actor=actor, now=now)
    draft = Draft(texts, lines, supports)
    operations.save_draft(
        session, application, draft, version=application.version, actor=actor, now=now
    )
    return application


def make_submitted(session: Session, *, now: datetime = NOW, **options: object) -> Application:
    """An application that waits for the committee; options as for `make_draft`."""
    application = make_draft(session, now=now, **options)
    author = session.get_one(Staff, application.author_id)
    operations.submit(
        session, application, version=application.version, actor=author.actor_at(now), now=now
    )
    return application
