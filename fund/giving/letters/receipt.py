"""The receipt as it goes out: a mail in text and HTML, and the same on paper (PDF) beside it."""

from uuid import UUID

from sqlalchemy.orm import Session

from fund import i18n, pdf
from fund.audit.queries import get_leaf_hash
from fund.giving import queries
from fund.giving.donors import open_person
from fund.giving.letters import correction
from fund.giving.letters.paper import Facts, Letter, Words, office_facts, proof_parts
from fund.giving.models import NAMES_TAX_ID, Donor, OfficeTerms
from fund.giving.queries import GiftRow
from fund.giving.tax_ids import open_of_gift
from fund.giving.words import open_words
from fund.i18n import N_, gettext
from fund.ledger.queries import fund_name

NO_TAX_RECEIPT = N_("This receipt is for your records. It is not a tax receipt.")
# What a receipt of this kind says; the office is registered for it.
KINDS: dict[str, str] = {
    "nz_donation": N_(
        "This is a donation receipt for New Zealand tax purposes. Nothing was given in return."
    ),
    "th_donation": N_(
        "This is a donation receipt for tax purposes in Thailand. Nothing was given in return."
    ),
    "us_501c3": N_(
        "This is a written acknowledgment for United States tax purposes. No goods or services"
        " were provided in return for this contribution."
    ),
}


def write_receipt(session: Session, receipt_id: UUID) -> Letter:
    """A receipt, or the correction of one, in the language of its gift."""
    row = queries.get_receipt(session, receipt_id)
    if row.receipt is None or row.gift.donor_id is None:
        raise ValueError("a receipt of nobody is not mailed")
    receipt, language = row.receipt, row.gift.language
    donor = session.get_one(Donor, row.gift.donor_id)
    person = open_person(session, donor)
    tax_id = open_of_gift(session, row.gift, donor) if receipt.kind in NAMES_TAX_ID else ""
    company = open_words(session, row.gift).company
    giver = ", ".join(filter(None, (company, person.name)))
    leaf = get_leaf_hash(session, receipt.audit_event_id)
    with i18n.speaking(language):
        words = correction.say(session, row) if receipt.corrects_id else _say(row)
        # One that was cancelled claims nothing.
        kind = KINDS.get(receipt.kind if receipt.amount_minor else "none", NO_TAX_RECEIPT)
        signed = _signature(session, row)
        facts = _facts(row, giver, tax_id, words, signed)
        proof = proof_parts(receipt.audit_event_id, leaf)
        paper = {
            "title": words.title,
            "amount": words.amount,
            "thanks": words.lead,
            "facts": facts,
            "kind": gettext(kind),
            "footer": f"{row.receipt_number} · {row.office.legal_name}",
        }
        printed = pdf.compile_pdf("receipt", paper | proof, language=language)
    subject, text, html = i18n.render_mail(
        "receipt",
        language,
        words=words,
        donor=person.name,
        facts=facts,
        kind=kind,
        proof=proof["proof"],
        leaf=leaf,
        office=row.office,
    )
    filename = f"{row.receipt_number}.pdf"
    return Letter(person.email, subject, text, html, language, filename, printed)


def _say(row: GiftRow) -> Words:
    amount = i18n.format_money(row.gift.amount)
    return Words(
        subject=gettext(
            "Receipt %(number)s for your gift of %(amount)s",
            number=row.receipt_number,
            amount=amount,
        ),
        heading=gettext("Thank you"),
        title=gettext("Receipt for your gift"),
        amount=amount,
        lead=gettext("Thank you. Your gift helps a young person to learn, and to stand."),
        facts=[(gettext("Amount"), f"{amount} ({row.gift.currency})")],
    )


def _facts(row: GiftRow, name: str, tax_id: str, words: Words, signed: str) -> Facts:
    """(label, value) as the reader sees them, the same in the mail and on paper."""
    if row.gift.paid_on is None:
        raise ValueError("only a paid gift has a receipt")
    facts = [
        (gettext("Receipt"), row.receipt_number),
        (gettext("From"), name),
        (gettext("Tax number of the donor"), tax_id),
        *words.facts,
        (gettext("Paid on"), i18n.format_day(row.gift.paid_on, always_year=True)),
        (gettext("For"), fund_name(row.fund, i18n.language())),
        *office_facts(row.office),
        (gettext("Signed for the office"), signed),
    ]
    return [(str(label), value) for label, value in facts if value]


def _signature(session: Session, row: GiftRow) -> str:
    """Who signs for the office, by the terms under which the gift was receipted."""
    if row.receipt is None or row.receipt.terms_from is None:
        return ""
    terms = session.get_one(OfficeTerms, (row.receipt.office_id, row.receipt.terms_from))
    return f"{terms.signatory_name}, {terms.signatory_title}" if terms.signatory_name else ""
