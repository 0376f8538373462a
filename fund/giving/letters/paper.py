"""What every letter is made of."""

import io
from dataclasses import dataclass
from typing import Any

import segno

from fund import i18n
from fund.i18n import N_, gettext
from fund.ledger.models import Office

Facts = list[tuple[str, str]]

TAX_ID_NAMES: dict[str, str] = {
    "charity_number": N_("Charity number"),
    "ird_number": N_("IRD number"),
    "ein": N_("EIN"),
    "tax_id": N_("Tax ID"),
}


@dataclass(frozen=True)
class Letter:
    """A mail, ready to go."""

    to: str
    subject: str
    text: str
    html: str
    language: str
    filename: str
    pdf: bytes


@dataclass(frozen=True)
class Words:
    """What differs between a receipt and the correction of one.

    In the reader's language: the mail's subject and heading, the paper's title, the amount that
    counts, one or two sentences, and the facts that stand after the donor's name.
    """

    subject: str
    heading: str
    title: str
    amount: str
    lead: str
    facts: Facts


def office_facts(office: Office) -> Facts:
    """Who the office is: name, address and numbers, in the reader's language."""
    numbers = [
        (gettext(TAX_ID_NAMES[key]), number)
        for key, number in sorted(office.tax_ids.items())
        if key in TAX_ID_NAMES
    ]
    return [
        (gettext("Received by"), office.legal_name),
        (gettext("Address"), office.address),
        *numbers,
    ]


def proof_parts(event_id: object, leaf: str) -> dict[str, Any]:
    """How a paper leads to its proof in the log."""
    proof = i18n.link("audit.check", event_id=event_id)
    return {
        "proof_title": gettext("Check it yourself"),
        "proof_text": gettext(
            "This paper is sealed in a log whose fingerprints are public. The code leads to its"
            " proof."
        ),
        "proof": proof,
        "leaf": f"{gettext('Fingerprint in the log')}: {leaf}",
        "qr": _qr_code(proof),
        "qr_alt": gettext("QR code that leads to the proof of this paper"),
    }


def _qr_code(text: str) -> str:
    drawing = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", border=0, dark="#1d2a2c")
    return drawing.getvalue().decode()
