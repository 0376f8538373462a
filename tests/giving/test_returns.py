"""What goes back to a donor: recorded once, in any order, and each time the receipt says so."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from fund import clock
from fund.audit.models import Event
from fund.errors import Denied, Refused
from fund.giving import letters, operations, queries
from fund.giving.models import GiftReturn, Receipt
from fund.permissions import SYSTEM, Actor, Role
from tests.giving.factories import pay_gift, start_gift
from tests.people.factories import make_staff

REFUND = {"kind": "refund", "source": "re_1", "amount_minor": 20_00}
FINANCE = Actor("staff", roles=frozenset({Role.FINANCE_OFFICER}))
AUDITOR = Actor("staff", roles=frozenset({Role.AUDITOR}))
_names = count()


def give_back(session, gift, **changes):
    values = REFUND | {"happened_on": date(2026, 11, 25), "actor": SYSTEM, "now": clock.now()}
    made = operations.record_return(session, gift, **(values | changes))
    session.commit()
    return made


def chain(session, gift) -> list[tuple[int, int]]:
    """(number, what counts) of the gift's receipts."""
    return [(r.number, r.amount_minor) for r in queries.list_receipts_of(session, gift.id)]


def last_mail(mailbox, run_jobs):
    run_jobs()
    mail = mailbox.mails[-1]
    (paper,) = mail.iter_attachments()
    printed = pypdf.PdfReader(BytesIO(paper.get_content())).pages[0].extract_text()
    return mail, mail.get_body(("plain",)).get_content(), printed


def test_a_refund_gives_the_donor_a_receipt_in_place_of_the_first(
    world, session, mailbox, run_jobs
):
    gift = pay_gift(session, start_gift(session))
    give_back(session, gift)
    assert chain(session, gift) == [(1, 50_00), (2, 30_00)]
    mail, told, printed = last_mail(mailbox, run_jobs)
    assert mail["Subject"] == "Receipt NZ-2026-000002 takes the place of NZ-2026-000001"
    for said in (told, printed):
        assert "NZ-2026-000001" in said
        assert "We have returned NZ$20 of your gift to you." in " ".join(said.split())
        assert "NZ$30 (NZD)" in said
        assert "25 Nov 2026" in said
        assert "donation receipt for New Zealand" in " ".join(said.split())
    assert len(mailbox.mails) == 2


def test_a_gift_that_went_back_whole_counts_as_nothing(world, session, mailbox, run_jobs):
    gift = pay_gift(session, start_gift(session, language="th"))
    give_back(session, gift, amount_minor=50_00, kind="dispute_lost", source="dp_1:lost")
    assert chain(session, gift) == [(1, 50_00), (2, 0)]
    mail, told, printed = last_mail(mailbox, run_jobs)
    assert mail["Content-Language"] == "th"
    assert "NZ-2026-000001" in printed
    assert "โปรดอย่าใช้ใบเสร็จเดิม" in told


def test_a_refund_that_fails_makes_the_gift_count_again(world, session):
    gift = pay_gift(session, start_gift(session))
    give_back(session, gift)
    give_back(session, gift, kind="refund_failed", source="re_1:failed", amount_minor=-20_00)
    assert chain(session, gift) == [(1, 50_00), (2, 30_00), (3, 50_00)]


def test_a_correction_is_numbered_in_the_year_of_the_return(world, session):
    gift = pay_gift(session, start_gift(session))
    give_back(session, gift, happened_on=date(2027, 1, 3))
    assert [r.year for r in queries.list_receipts_of(session, gift.id)] == [2026, 2027]


def test_a_refund_heard_of_twice_is_recorded_once(world, session):
    gift = pay_gift(session, start_gift(session))
    assert give_back(session, gift).id == give_back(session, gift).id
    assert len(chain(session, gift)) == 2
    with pytest.raises(Refused, match="return_differs"):
        give_back(session, gift, amount_minor=21_00)


def test_a_refund_heard_of_before_the_payment_corrects_the_receipt_at_once(world, session):
    gift = start_gift(session)
    give_back(session, gift)
    assert chain(session, gift) == []
    pay_gift(session, gift)
    assert chain(session, gift) == [(1, 50_00), (2, 30_00)]


def test_money_taken_twice_counts_as_nothing_and_not_as_less(world, session):
    gift = pay_gift(session, start_gift(session))
    give_back(session, gift, amount_minor=50_00)
    give_back(session, gift, amount_minor=50_00, kind="dispute_lost", source="dp_1:lost")
    give_back(session, gift, amount_minor=-50_00, kind="refund_failed", source="re_1:failed")
    assert chain(session, gift) == [(1, 50_00), (2, 0)]


LIVES = st.lists(
    st.sampled_from(
        [
            ("refund", "re_a", 20_00),
            ("refund", "re_b", 30_00),
            ("refund_failed", "re_b:failed", -30_00),
            ("dispute_lost", "dp_a:lost", 50_00),
            ("dispute_won", "dp_a:won", -50_00),
            ("pay", "", 0),
        ]
    ),
    min_size=2,
    max_size=12,
)


@pytest.mark.usefixtures("world")
@given(life=LIVES, data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_end_is_the_same_in_any_order_and_however_often(session, life, data):
    ends = []
    for told in (sorted(set(life)), data.draw(st.permutations(life))):
        gift, name = start_gift(session), next(_names)
        for kind, source, amount_minor in told:
            if kind == "pay":
                if gift.state == "open":
                    pay_gift(session, gift)
            else:
                give_back(
                    session,
                    gift,
                    kind=kind,
                    source=f"{name}:{source}",
                    amount_minor=amount_minor,
                )
        last = queries.find_last_receipt(session, gift.id)
        ends.append((gift.state, queries.get_remaining(session, gift), last and last.amount_minor))
        if last:
            assert last.amount_minor == ends[-1][1].amount_minor
    assert ends[0] == ends[1]


def test_who_may_not_record_a_return(world, session):
    gift = pay_gift(session, start_gift(session))
    give_back(session, gift, actor=FINANCE)
    with pytest.raises(Denied):
        give_back(session, gift, actor=AUDITOR, source="re_2")


@pytest.mark.parametrize(
    "changes",
    [{"amount_minor": -1_00}, {"kind": "refund_failed"}, {"amount_minor": 0}, {"kind": "lost"}],
)
def test_a_return_of_the_wrong_sign_or_kind_is_nothing(world, session, changes):
    gift = pay_gift(session, start_gift(session))
    with pytest.raises(Exception, match="ck_gift_return_kind"):
        give_back(session, gift, **changes)


def test_no_more_goes_back_at_once_than_was_given(world, session):
    gift = pay_gift(session, start_gift(session))
    with pytest.raises(Refused, match="return_too_large"):
        give_back(session, gift, amount_minor=50_01)


def test_neither_a_return_nor_the_chain_is_ever_changed(world, session):
    gift = pay_gift(session, start_gift(session))
    give_back(session, gift)
    second = queries.list_receipts_of(session, gift.id)[1]
    for statement in (
        "UPDATE gift_return SET amount_minor = 1",
        "DELETE FROM gift_return",
        "UPDATE receipt SET amount_minor = 1 WHERE corrects_id IS NOT NULL",
        "UPDATE receipt SET corrects_id = NULL, return_id = NULL",
    ):
        with (
            pytest.raises(Exception, match=r"never changed|stays as"),
            session.begin_nested(),
        ):
            session.execute(text(statement))
    fork = {column.name: getattr(second, column.name) for column in Receipt.__table__.columns}
    fork |= {"id": gift.id, "number": 3}
    with pytest.raises(Exception, match="uq_receipt_"), session.begin_nested():
        session.execute(Receipt.__table__.insert().values(fork))


def test_the_first_receipt_can_still_be_written_as_it_was(world, session, app):
    gift = pay_gift(session, start_gift(session))
    give_back(session, gift)
    first = queries.list_receipts_of(session, gift.id)[0]
    with app.app_context():
        letter = letters.write_receipt(session, first.id)
    assert letter.filename == "NZ-2026-000001.pdf"
    assert "NZ$50" in letter.subject


def test_finance_sees_what_went_back_and_which_receipts_there_are(world, session, client, sign_in):
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    gift = pay_gift(session, start_gift(session))
    give_back(session, gift)
    page = client.get(f"/staff/gifts/{gift.id}").text
    for said in ("partly returned", "refunded", "NZ-2026-000001", "NZ-2026-000002", "NZ$30 count"):
        assert said in page
    listed = client.get("/staff/gifts").text
    assert "partly returned" in listed
    assert listed.count("NZ-2026-00000") == 1


def test_the_log_names_no_donor(world, session):
    gift = pay_gift(session, start_gift(session, name="Mere Secret"))
    give_back(session, gift)
    told = session.scalars(select(Event).where(Event.name == "receipt_corrected")).one()
    assert told.data["corrects"] == "NZ-2026-000001"
    assert "Secret" not in str(told.data)
    assert session.scalars(select(GiftReturn)).one().actor == "system"


# --- The office's terms -----------------------------------------------------------------------


def set_terms(session, office, **changes):
    values = {"actor": FINANCE, "now": datetime(2026, 11, 20, 3, 0, tzinfo=UTC)}
    terms = operations.set_terms(session, office, **(values | changes))
    session.commit()
    return terms


def test_a_receipt_is_signed_as_the_terms_said_when_it_was_issued(
    world, session, mailbox, run_jobs
):
    pay_gift(session, start_gift(session))
    set_terms(session, world.abroad, now=clock.now())
    pay_gift(session, start_gift(session), paid_at=clock.now())
    run_jobs()
    first, second = (mail.get_body(("plain",)).get_content() for mail in mailbox.mails)
    assert "Moana Practice, Trustee" in first
    assert "Moana Practice" not in second
    assert "It is not a tax receipt." in second


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"receipt_kind": "nz_donation"}, "receipt_needs_signatory"),
        ({"receipt_kind": "us_501c3"}, "receipt_kind_not_the_offices"),
        ({"biller_id": "12", "merchant_name": "A", "merchant_city": "B"}, "biller_id_wrong"),
        ({"biller_id": "0" * 15}, "promptpay_needs_names"),
        (
            {"biller_id": "0" * 15, "merchant_name": "ลิฟต์", "merchant_city": "B"},
            "promptpay_needs_names",
        ),
    ],
)
def test_terms_that_an_office_cannot_have(world, session, changes, code):
    with pytest.raises(Refused, match=code):
        set_terms(session, world.abroad, **changes)


def test_terms_are_added_by_finance_and_never_changed(world, session):
    with pytest.raises(Denied):
        set_terms(session, world.abroad, actor=AUDITOR)
    set_terms(session, world.abroad)
    for statement in ("UPDATE office_terms SET receipt_kind = 'none'", "DELETE FROM office_terms"):
        with pytest.raises(Exception, match="never changed"), session.begin_nested():
            session.execute(text(statement))


def test_an_office_without_terms_takes_cards_and_gives_no_tax_receipts(world, session, now):
    before_any = world.thai.opened_at - timedelta(days=1)
    terms = queries.terms_at(session, world.thai, before_any)
    assert (terms.stripe_methods, terms.receipt_country) == (["card"], None)
    assert not terms.takes_promptpay_qr
    assert queries.terms_at(session, world.abroad, now).receipt_country == "NZ"
