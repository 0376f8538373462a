"""How a record comes to be: added, consented to, attested, and sometimes withdrawn from."""

from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from fund.clock import bangkok_day
from fund.permissions import Actor
from fund.sandbox.demo import grants, house
from fund.sandbox.demo.case_data import CASES, Case
from fund.sandbox.demo.world import World
from fund.survivors import ages, operations, queries
from fund.survivors.identity import Identity
from fund.survivors.models import Survivor
from fund.survivors.operations import GivenConsent

DAYS_A_YEAR = 365.25
CONSENT_YEARS = 2


def plan_cases(world: World) -> None:
    """Put every case and what is asked for it on the agenda."""
    for case in CASES:
        world.plan(world.ago(case.opened, 9), partial(_open, world, case))
        for day in case.consents:
            world.plan(world.ago(day, 10), partial(_consent, world, case))
        if case.attested:
            world.plan(world.ago(case.consents[0], 15), partial(_attest, world, case))
        if case.withdrawn is not None:
            world.plan(world.ago(case.withdrawn, 11), partial(_withdraw, world, case))
        for ask in case.asks:
            grants.plan_ask(world, case, ask)


def _open(world: World, case: Case, at: datetime) -> None:
    birth_date = bangkok_day(world.now) - timedelta(days=int(case.years * DAYS_A_YEAR))
    identity = Identity(
        name=case.name,
        nickname=case.name.split()[0],
        birth_date=birth_date,
        contact="Practice only: no telephone",
    )
    with world.acting(case.by, at) as (session, actor):
        survivor = operations.add_case(
            session, identity, region=case.region, label=case.label, actor=actor, now=at
        )
        world.survivors[case.key] = survivor.id
        if case.giver != "self":
            operations.add_guardian(
                session,
                survivor,
                name="Practice Guardian",
                relation=case.giver,
                is_safe_to_contact=True,
                actor=actor,
                now=at,
            )
    if case.giver != "self":
        number = f"900-0-{len(world.survivors):05}-0"
        house.add_payee(world, "guardian", None, world.survivors[case.key], number, at)


def _consent(world: World, case: Case, at: datetime) -> None:
    with world.acting(case.by, at) as (session, actor):
        survivor = session.get_one(Survivor, world.survivors[case.key])
        operations.record_identity_read(session, survivor, purpose="consent", actor=actor, now=at)
        given = _given(session, case, survivor, bangkok_day(world.now), bangkok_day(at))
        operations.record_consent(session, survivor, given, actor=actor, now=at)


def _given(
    session: Session, case: Case, survivor: Survivor, today: date, given_on: date
) -> GivenConsent:
    """Whose word the law asks for at that age, read out in Thai."""
    birth_date = today - timedelta(days=int(case.years * DAYS_A_YEAR))
    needs = ages.needs_on(birth_date, given_on)
    kind = "holder" if needs.holder else "own"
    guardians = queries.list_guardians(session, survivor.id)
    return GivenConsent(
        giver_kind="guardian" if needs.holder else "survivor",
        given_on=given_on,
        years=CONSENT_YEARS,
        wording_version=_version(session, kind),
        given_how="paper",
        guardian_id=guardians[0].id if needs.holder else None,
        assent_how="spoken_witnessed" if needs.assent else None,
        assent_version=_version(session, "assent") if needs.assent else None,
    )


def _version(session: Session, kind: str) -> int | None:
    wording = queries.find_wording(session, kind, "th")
    return wording.version if wording else None


def _attest(world: World, case: Case, at: datetime) -> None:
    _as_supervisor(world, case, at, partial(operations.record_identity_read, purpose="attest"))
    _as_supervisor(world, case, at, partial(operations.attest_case, way="met_in_person"))


def _withdraw(world: World, case: Case, at: datetime) -> None:
    _as_supervisor(world, case, at, partial(operations.withdraw_consent, reason="guardian_asked"))


def _as_supervisor(world: World, case: Case, at: datetime, do: "partial[None]") -> None:
    actor: Actor
    with world.acting("supervisor", at) as (session, actor):
        survivor = session.get_one(Survivor, world.survivors[case.key])
        do(session, survivor, actor=actor, now=at)
