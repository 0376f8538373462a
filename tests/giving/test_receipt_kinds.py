"""Each kind of receipt, printed: it says what its country asks for, and can be read by all."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import NamedTuple

import pypdf
import pytest
from flask import Flask

from fund import clock
from fund.audit.queries import get_leaf_hash
from fund.giving import letters, operations, queries
from fund.i18n import LANGUAGES
from fund.money import Money
from fund.permissions import SYSTEM
from tests.giving.factories import GivingWorld, register_thai_office
from tests.ledger.factories import make_office

TAX_ID = "1103702071811"
SIGNED = {"signatory_name": "June Example", "signatory_title": "Treasurer"}
KINDS = ["us_501c3", "nz_donation", "th_donation", "none"]
SENTENCES = {
    "us_501c3": "No goods or services were provided in return for this contribution.",
    "nz_donation": "This is a donation receipt for New Zealand tax purposes.",
    "th_donation": "This is a donation receipt for tax purposes in Thailand.",
    "none": "It is not a tax receipt.",
}


class Printed(NamedTuple):
    """A paper, read back: its words with single spaces, where its links lead, and its tags."""

    said: str
    links: list[str]
    root: pypdf.generic.DictionaryObject
    metadata: str


def read(paper: bytes) -> Printed:
    book = pypdf.PdfReader(BytesIO(paper))
    text = " ".join(" ".join(page.extract_text() for page in book.pages).split())
    links = [
        str(note.get_object()["/A"]["/URI"])
        for page in book.pages
        for note in page.get("/Annots", [])
    ]
    root = book.trailer["/Root"]
    return Printed(text, links, root, root["/Metadata"].get_data().decode())


@pytest.fixture(autouse=True)
def in_the_service(app: Flask) -> Iterator[None]:
    """Letters are written where the service's address is known."""
    with app.app_context():
        yield


@pytest.fixture
def give(world: GivingWorld, session):
    """A gift to an office that gives receipts of this kind; and the office."""
    american = make_office(session, "us")
    operations.set_terms(
        session, american, receipt_kind="us_501c3", **SIGNED, actor=SYSTEM, now=clock.now()
    )
    register_thai_office(session, world)
    offices = {"us_501c3": american, "nz_donation": world.abroad}

    def record(kind: str, language: str = "en"):
        office = offices.get(kind, world.thai)
        tax_id = TAX_ID if kind == "th_donation" else ""
        gift = operations.record_bank_gift(
            session,
            office=office,
            fund=world.funds["education"],
            amount=Money(2_500_00, office.currency),
            received_on=date(2026, 11, 23),
            bank_reference=f"SLIP-{kind}",
            email="donor@example.org",
            name="สมชาย ใจดี" if language == "th" else "Mere Donor",
            language=language,
            tax_id=tax_id,
            actor=SYSTEM,
            now=clock.now(),
        )
        session.commit()
        return gift

    return record


def print_last(session, gift) -> Printed:
    receipt = queries.find_last_receipt(session, gift.id)
    assert receipt is not None
    return read(letters.write_receipt(session, receipt.id).pdf)


def test_an_american_receipt_says_what_the_law_there_asks_for(give, session):
    paper = print_last(session, give("us_501c3"))
    for said in (
        "Practice Friends of LIFT, Inc.",
        "1 Practice Avenue, Springfield, IL 62701",
        "EIN 00-0000000",
        "Mere Donor",
        "US$2,500 (USD)",
        "23 Nov 2026",
        "US-2026-000001",
        "No goods or services were provided in return for this contribution.",
        "June Example, Treasurer",
    ):
        assert said in paper.said


def test_a_thai_receipt_names_giver_and_office_by_their_numbers(give, session):
    paper = print_last(session, give("th_donation"))
    for said in (
        "LIFT Practice Foundation",
        "Tax ID 0000000000000",
        f"Tax number of the donor {TAX_ID}",
        "Mere Donor",
        "฿2,500 (THB)",
        "23 Nov 2026",
        "TH-2026-000001",
        "Anong Practice, Treasurer",
    ):
        assert said in paper.said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_read_by_all_and_leads_to_its_proof(give, session, kind, language):
    gift = give(kind, language)
    receipts = [print_last(session, gift)]
    operations.record_return(
        session,
        gift,
        kind="refund",
        source="re_1",
        amount_minor=500_00,
        happened_on=date(2026, 11, 24),
        actor=SYSTEM,
        now=clock.now(),
    )
    receipts.append(print_last(session, gift))
    chain = queries.list_receipts_of(session, gift.id)
    assert [receipt.kind for receipt in chain] == [kind, kind]
    for receipt, paper in zip(chain, receipts, strict=True):
        proof = f"http://localhost/log/check/{receipt.audit_event_id}"
        assert paper.links == [proof]
        assert get_leaf_hash(session, receipt.audit_event_id) in paper.said
        assert paper.root["/Lang"] == language
        assert bool(paper.root["/MarkInfo"]["/Marked"])
        assert "pdfuaid:part" in paper.metadata
        if language == "en":
            assert SENTENCES[kind] in paper.said
    assert receipts[0].links != receipts[1].links


def test_a_cancelled_receipt_claims_nothing(give, session):
    gift = give("us_501c3")
    operations.record_return(
        session,
        gift,
        kind="refund",
        source="re_1",
        amount_minor=2_500_00,
        happened_on=date(2026, 11, 24),
        actor=SYSTEM,
        now=clock.now(),
    )
    paper = print_last(session, gift)
    assert "It is not a tax receipt." in paper.said
    assert "No goods or services" not in paper.said
