"""The gate before Stripe's page: who is let through, by what, and what moves the breaker."""

import re
from datetime import timedelta

import altcha
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from fund import clock
from fund.audit.models import Event
from fund.errors import Denied
from fund.giving import abuse
from fund.giving.abuse import breaker, policy, rounds
from fund.giving.abuse.proof import is_proof
from fund.giving.models import CheckoutBreaker, CheckoutFailure, CheckoutGate, Gift, Plan
from fund.permissions import Actor, Role
from fund.settlement import operations as settlement
from tests.giving.factories import start_plan
from tests.giving.street import gift_of, is_stripes, stranger
from tests.people.factories import make_staff

LINK = re.compile(r"http://localhost(/give/open/\S+)")


def open_breaker(session, world, level, cause="failures"):
    state = breaker.lock(session, world.abroad.id, now=clock.now())
    breaker.move(session, state, level, cause, now=clock.now())
    session.commit()


def level(session, world) -> int:
    query = select(CheckoutBreaker.level).where(CheckoutBreaker.office_id == world.abroad.id)
    return session.scalar(query) or 0


def link_in(mail) -> str:
    return LINK.search(mail.get_body(("plain",)).get_content())[1]


def refuse_cards(street, count, first=0):
    """So many testers, each with an address of their own, try a card that is refused."""
    for number in range(first, first + count):
        address, email = stranger(number)
        answer = street.look(street.begin(address, email=email), address)
        assert is_stripes(answer)
        street.try_card(answer.headers["Location"])
    street.move(1)


def test_nobody_is_asked_for_anything_while_all_is_calm(street, session):
    assert is_stripes(street.look(street.begin()))
    gate = session.scalars(select(CheckoutGate)).one()
    assert (gate.needs, gate.let_by) == ("nothing", "nothing")


def test_no_address_is_kept_as_it_is(street, session):
    street.look(street.begin("203.0.113.77", email="quiet.donor@example.org"))
    kept = session.scalar(text("SELECT string_agg(checkout_gate::text, ' ') FROM checkout_gate"))
    for secret in ("203.0.113", b"203.0.113".hex(), "quiet", b"quiet".hex()):
        assert secret not in kept


def test_refused_cards_open_the_breaker_and_a_proof_of_work_goes_on(street, session, world):
    refuse_cards(street, 3)
    assert level(session, world) == 1
    way = street.begin(email="true@example.org")
    asked = street.look(way)
    assert asked.headers["Location"] == f"/give/prove/{gift_of(way)}"
    page = street.look(asked.headers["Location"])
    assert "prove.js" in page.text
    assert "nothing has been charged" in page.text
    proven = street.solve(asked.headers["Location"])
    assert proven.headers["Location"] == way
    assert is_stripes(street.look(way))
    gate = session.get(CheckoutGate, (gift_of(way), 1), populate_existing=True)
    assert (gate.needs, gate.let_by) == ("proof", "proof")


def test_a_proof_opens_its_own_gift_and_no_other(street, session, world):
    open_breaker(session, world, 1)
    mine, other = (
        f"/give/prove/{gift_of(street.begin(email=f'{n}@example.org'))}" for n in range(2)
    )
    proof = street.look(mine).text
    challenge = re.search(r"data-challenge='[^']+'", proof)[0]
    assert challenge not in street.look(other).text
    answer = street.send(mine, proof="bm90IGEgcHJvb2Y=")
    assert answer.status_code == 422
    assert "did not work out" in answer.text
    solved = street.solve(mine)
    assert solved.status_code == 303
    for nonsense in ("", "e30=", "W10=", "ไทย", "bnVsbA=="):
        assert street.send(other, proof=nonsense).status_code == 422
    assert street.look(other).status_code == 200


def test_a_proof_of_one_gift_is_none_of_another(session, street, world):
    orders = [
        abuse.get_coming(session, gift_of(street.begin(email=f"{n}@example.org"))) for n in range(2)
    ]
    challenge = altcha.Challenge.from_dict(abuse.make_challenge(orders[0], now=clock.now()))
    payload = altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()
    assert is_proof(orders[0], payload)
    assert not is_proof(orders[1], payload)
    street.move(31 * 60)
    assert not is_proof(orders[0], payload)


def test_without_javascript_a_mailed_link_goes_on_once(street, session, world, mailbox, run_jobs):
    open_breaker(session, world, 1)
    way = street.begin(email="quiet@example.org")
    gate = street.look(way).headers["Location"]
    assert "Send me the link" in street.look(gate).text
    assert street.send(gate, mail="true").headers["Location"] == gate
    run_jobs()
    assert "Look into your mail" in street.look(gate).text
    mail = mailbox.mails[-1]
    assert (mail["To"], mail["Subject"]) == ("quiet@example.org", "Your link to the payment")
    link = link_in(mail)
    for _ in range(2):  # a mail scanner looks, and uses nothing up
        assert "Go on to the payment" in street.look(link).text
    assert not is_stripes(street.look(way))
    assert street.send(link).headers["Location"] == way
    assert is_stripes(street.look(way))
    assert street.send(link).status_code == 422
    assert street.look(link).status_code == 422


def test_a_link_is_over_after_a_quarter_of_an_hour_or_once_a_newer_one_was_sent(
    street, session, world, mailbox, run_jobs
):
    open_breaker(session, world, 2)
    gate = f"/give/prove/{gift_of(street.begin())}"
    links = []
    for _ in range(2):
        street.look(gate)
        street.send(gate, mail="true")
        run_jobs()
        links.append(link_in(mailbox.mails[-1]))
    assert street.send(links[0]).status_code == 422
    street.move(15 * 60)
    assert street.send(links[1]).status_code == 422
    assert "opens nothing any more" in street.look(links[1]).text


def test_a_link_that_is_not_ours_opens_nothing(street, session, world):
    open_breaker(session, world, 2)
    for number in range(3):  # none of which has a link
        street.look(f"/give/prove/{gift_of(street.begin(email=f'n{number}@example.org'))}")
    for token in ("none", "e30", street.begin().rpartition("/")[2]):
        assert "opens nothing any more" in street.look(f"/give/open/{token}").text
        assert street.send(f"/give/open/{token}").status_code == 422
    assert session.scalars(select(CheckoutGate.let_by).distinct()).all() == [None]


def test_nobodys_mailbox_is_filled_through_the_gate(street, session, world, run_jobs, mailbox):
    open_breaker(session, world, 2)
    answers = []
    for number in range(policy.LINKS_OF_EMAIL + 1):
        gate = f"/give/prove/{gift_of(street.begin(f'198.51.100.{number}'))}"
        street.look(gate, f"198.51.100.{number}")
        answers.append(street.send(gate, f"198.51.100.{number}", mail="true"))
    run_jobs()
    assert [answer.status_code for answer in answers] == [303, 303, 303, 422]
    assert "Too many links" in answers[-1].text
    to_donor = [mail for mail in mailbox.mails if mail["To"] == "donor@example.org"]
    assert len(to_donor) == policy.LINKS_OF_EMAIL


def test_cards_refused_behind_the_proof_raise_the_breaker_to_the_mailed_link(
    street, session, world
):
    refuse_cards(street, 3)
    for number in (10, 11):
        address, email = stranger(number)
        way = street.begin(address, email=email)
        street.solve(street.look(way, address).headers["Location"], address)
        street.try_card(street.wait(way, address).headers["Location"])
        street.move(1)
    assert level(session, world) == 2
    gate = street.look(street.begin(email="true@example.org")).headers["Location"]
    page = street.look(gate).text
    assert "prove.js" not in page
    assert "Send me the link" in page
    assert street.send(gate, proof="x").status_code == 422


def test_a_rush_in_which_some_cards_are_refused_is_no_attack(street, session, world):
    for number in range(24):
        address, email = stranger(number)
        page = street.wait(street.begin(address, email=email), address).headers["Location"]
        street.try_card(page, "4242424242424242" if number % 4 else "4000000000000002")
    street.move(1)
    assert street.refused() == 6
    assert session.scalar(select(func.count()).select_from(CheckoutFailure)) == 6
    assert level(session, world) == 0


def test_one_donor_whose_cards_are_refused_opens_nothing_and_their_page_is_closed(
    street, session, world
):
    way = street.begin()
    page = street.look(way).headers["Location"]
    for _ in range(policy.FAILURES_OF_ATTEMPT):
        street.try_card(page)
        street.move(8)
    assert level(session, world) == 0
    gate = session.get(CheckoutGate, (gift_of(way), 1), populate_existing=True)
    assert gate.closed_at is not None
    thanks = f"/give/thanks/{gift_of(way)}"
    assert "Try again" in street.look(thanks).text
    again = street.send(f"/give/again/{gift_of(way)}")
    assert street.look(again.headers["Location"]).headers["Location"].startswith("/give/prove/")
    assert session.scalar(select(func.count()).select_from(Gift)) == 1


def test_cards_typed_faster_than_anybody_types_open_it_from_one_page(street, session, world):
    page = street.look(street.begin()).headers["Location"]
    for _ in range(3):
        street.try_card(page)
    street.move(1)
    assert level(session, world) == 1


@pytest.mark.parametrize(
    ("record", "need"),
    [
        (policy.Record(), "nothing"),
        (policy.Record(of_email=3), "mail"),
        (policy.Record(of_address=3), "proof"),
        (policy.Record(of_address=10), "mail"),
        (policy.Record(of_network=9), "nothing"),
        (policy.Record(of_network=10), "proof"),
        (policy.Record(of_network=30), "mail"),
        (policy.Record(starts_of_address=10), "proof"),
    ],
)
def test_what_refused_cards_and_starts_ask_of_the_next_gift(record, need):
    assert policy.needs(0, record, is_trapped=False) == need
    assert policy.needs(2, record, is_trapped=False) == "mail"


def test_one_address_that_opens_page_after_page_proves_that_it_is_worth_the_work(street):
    ways = [street.begin(email=f"n{n}@example.org") for n in range(policy.STARTS_OF_ADDRESS + 1)]
    answers = []
    for way in ways:
        street.move(1)
        answers.append(street.look(way))
    assert all(is_stripes(answer) for answer in answers[:-1])
    assert answers[-1].headers["Location"].startswith("/give/prove/")


def test_a_field_that_no_person_sees_asks_for_the_mailed_link(street, session):
    page = street.client.get("/give").text
    hidden = page[page.index('name="website"') - 200 : page.index('name="website"') + 100]
    assert 'aria-hidden="true"' in hidden
    assert 'tabindex="-1"' in hidden
    way = street.begin(website="https://example.net")
    gate = street.look(way).headers["Location"]
    assert gate.startswith("/give/prove/")
    assert "prove.js" not in street.look(gate).text
    assert session.scalars(select(CheckoutGate.is_trapped)).one()


def test_a_plan_stands_at_the_same_gate_and_a_refused_first_card_counts(street, session, world):
    plan = start_plan(session)
    way = f"/give/monthly/{plan.id}/checkout"
    street.try_card(street.look(way).headers["Location"])
    street.move(1)
    assert session.scalars(select(CheckoutFailure.order_id)).one() == plan.id
    open_breaker(session, world, 1)
    other = start_plan(session, email="other@example.org")
    way = f"/give/monthly/{other.id}/checkout"
    gate = street.look(way).headers["Location"]
    assert gate == f"/give/prove/{other.id}"
    assert street.solve(gate).headers["Location"] == way
    assert is_stripes(street.look(way))
    assert session.scalar(select(func.count()).select_from(Plan)) == 2


def test_a_failure_told_twice_or_found_by_the_sweep_counts_once(street, session):
    street.try_card(street.look(street.begin()).headers["Location"])
    street.twin.take_webhooks()  # lost
    for _ in range(2):
        settlement.sweep("nz", now=clock.now())
    assert session.scalar(select(func.count()).select_from(CheckoutFailure)) == 1


def test_the_breaker_falls_by_a_level_after_each_quiet_quarter_of_an_hour(street, session, world):
    open_breaker(session, world, 2, "insisting")
    levels = []
    for _ in range(4):
        street.move(8 * 60)
        rounds.calm_breakers()
        levels.append(level(session, world))
    assert levels == [2, 1, 1, 0]
    moved = session.scalars(
        select(Event.data["reason"].astext).where(Event.name == "breaker_moved").order_by(Event.id)
    ).all()
    assert moved == ["insisting", "calm", "calm"]


def test_it_stays_open_while_many_still_knock(street, session, world):
    open_breaker(session, world, 1)
    street.move(14 * 60)
    for number in range(policy.KNOCKING):
        address, email = stranger(number)
        street.look(street.begin(address, email=email), address)
    street.move(60)
    rounds.calm_breakers()
    assert level(session, world) == 1
    street.move(6 * 60)
    rounds.calm_breakers()
    assert level(session, world) == 0


def test_finance_is_told_by_mail_and_sees_why(
    street, session, world, mailbox, run_jobs, client, sign_in
):
    officer = make_staff(session, Role.FINANCE_OFFICER)
    auditor = make_staff(session, Role.AUDITOR)
    session.commit()
    refuse_cards(street, 3)
    told = [mail for mail in mailbox.mails if mail["Subject"] == "Cards are being tried out"]
    assert [mail["To"] for mail in told] == [officer.email]
    sign_in(client, officer)
    assert "Cards are being tried out" in client.get("/staff/").text
    page = client.get("/staff/settlement/abuse").text
    assert "many cards were refused within a short time" in page
    assert "different networks" in page
    assert "198.18" not in page
    sign_in(client, auditor)
    page = client.get("/staff/settlement/abuse").text
    assert "Move it by hand" not in page


def test_finance_moves_it_by_hand_with_a_reason(street, session, world, client, sign_in, post):
    officer = make_staff(session, Role.FINANCE_OFFICER, name="Fin Officer")
    session.commit()
    sign_in(client, officer)
    path = f"/staff/settlement/abuse/{world.abroad.id}"
    without = post(path, level="2")
    assert without.status_code == 422
    assert post(path, level="2", note="Stripe warned us by phone").status_code == 303
    page = client.get("/staff/settlement/abuse").text
    assert "(Fin Officer): Stripe warned us by phone" in page
    street.move(60 * 60)
    rounds.calm_breakers()
    assert level(session, world) == 2  # until somebody closes it
    sign_in(client, officer)
    assert post(path, level="2", note="once more").status_code == 422
    assert post(path, level="0", note="over").status_code == 303
    assert level(session, world) == 0
    events = session.scalars(select(Event).where(Event.name == "breaker_moved")).all()
    assert [event.actor for event in events] == [f"staff:{officer.id}"] * 2


def test_the_database_lets_nobody_through_for_less_than_was_asked(street, session, world):
    open_breaker(session, world, 2)
    gift_id = gift_of(street.begin())
    street.look(f"/give/prove/{gift_id}")
    let = text("UPDATE checkout_gate SET let_by = 'proof', let_at = now()")
    with pytest.raises(IntegrityError, match="ck_checkout_gate_let"), session.begin_nested():
        session.execute(let)


def test_who_came_and_what_failed_is_forgotten_after_a_day(street, session):
    refuse_cards(street, 2)
    street.move(timedelta(hours=23).total_seconds())
    rounds.forget_gates()
    assert session.scalar(select(func.count()).select_from(CheckoutGate)) == 2
    street.move(timedelta(hours=2).total_seconds())
    rounds.forget_gates()
    for table in (CheckoutGate, CheckoutFailure):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_gift_by_promptpay_has_no_gate(street):
    way = street.begin(currency="THB", choice="THB:150000", country="TH", website="x")
    assert way.startswith("/give/pay/")
    assert street.look(f"/give/prove/{gift_of(way)}").status_code == 404


def test_only_finance_moves_it(session, world):
    with pytest.raises(Denied):
        abuse.move_by_hand(
            session,
            world.abroad.id,
            1,
            "why",
            actor=Actor("staff", None, frozenset({Role.TREASURER})),
            now=clock.now(),
        )
