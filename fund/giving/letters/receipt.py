"""The receipt as it goes out: a mail in text and HTML, and the same on paper (PDF) beside it."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from fund import i18n, pdf
from fund.audit.queries import get_leaf_hash
from fund.giving import queries
from fund.giving.donors import open_person
from fund.giving.letters.paper import Letter, qr_code
from fund.giving.models import Donor
from fund.giving.queries import GiftRow
from fund.i18n import N_, gettext
from fund.ledger.queries import fund_name

NO_TAX_RECEIPT = N_("This receipt is for your records. It is not a tax receipt.")
# What a receipt of this kind says; the office is registered for it.
KINDS: dict[str, str] = {
    "nz_donation": N_(
        "This is a donation receipt for New Zealand tax purposes. Nothing was given in return."
    ),
}
TAX_ID_NAMES: dict[str, str] = {
    "charity_number": N_("Charity number"),
    "ird_number": N_("IRD number"),
    "ein": N_("EIN"),
    "tax_id": N_("Tax ID"),
}


def write_receipt(session: Session, receipt_id: UUID) -> Letter:
    """The receipt in the language of its gift."""
    row = queries.get_receipt(session, receipt_id)
    if row.receipt is None or row.gift.donor_id is None:
        raise ValueError("a receipt of nobody is not mailed")
    person = open_person(session, session.get_one(Donor, row.gift.donor_id))
    language = row.gift.language
    leaf = get_leaf_hash(session, row.receipt.audit_event_id)
    with i18n.speaking(language):
        proof = i18n.link("audit.check", event_id=row.receipt.audit_event_id)
        facts = _facts(row, person.name, language)
        paper = pdf.compile_pdf("receipt", _paper(row, facts, proof, leaf), language=language)
    subject, text, html = i18n.render_mail(
        "receipt",
        language,
        number=row.receipt_number,
        donor=person.name,
        amount=row.gift.amount,
        facts=facts,
        kind=KINDS.get(row.receipt.kind, NO_TAX_RECEIPT),
        proof=proof,
        leaf=leaf,
        office=row.office,
    )
    filename = f"{row.receipt_number}.pdf"
    return Letter(person.email, subject, text, html, language, filename, paper)


def _facts(row: GiftRow, name: str, language: str) -> list[tuple[str, str]]:
    """(label, value) as the reader sees them, the same in the mail and on paper."""
    if row.gift.paid_on is None:
        raise ValueError("only a paid gift has a receipt")
    facts = [
        (gettext("Receipt"), row.receipt_number),
        (gettext("From"), name),
        (gettext("Amount"), f"{i18n.format_money(row.gift.amount)} ({row.gift.currency})"),
        (gettext("Paid on"), i18n.format_day(row.gift.paid_on, always_year=True)),
        (gettext("For"), fund_name(row.fund, language)),
        (gettext("Received by"), row.office.legal_name),
        (gettext("Address"), row.office.address),
    ]
    facts += [
        (gettext(TAX_ID_NAMES[key]), number)
        for key, number in sorted(row.office.tax_ids.items())
        if key in TAX_ID_NAMES
    ]
    return [(str(label), value) for label, value in facts if value]


def _paper(row: GiftRow, facts: list[tuple[str, str]], proof: str, leaf: str) -> dict[str, Any]:
    kind = KINDS.get(row.receipt.kind, NO_TAX_RECEIPT) if row.receipt else NO_TAX_RECEIPT
    return {
        "title": gettext("Receipt for your gift"),
        "amount": i18n.format_money(row.gift.amount),
        "thanks": gettext("Thank you. Your gift helps a young person to learn, and to stand."),
        "facts": facts,
        "kind": gettext(kind),
        "proof_title": gettext("Check it yourself"),
        "proof_text": gettext(
            "This receipt is sealed in a log whose fingerprints are public. The code leads to its"
            " proof."
        ),
        "proof": proof,
        "leaf": f"{gettext('Fingerprint in the log')}: {leaf}",
        "qr": qr_code(proof),
        "qr_alt": gettext("QR code that leads to the proof of this receipt"),
        "footer": f"{row.receipt_number} · {row.office.legal_name}",
    }
