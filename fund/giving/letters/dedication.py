"""The mail that tells somebody of a gift in a person's honour or memory. Its words are fixed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from fund import i18n, signed
from fund.giving.dedications import NO_MAIL
from fund.giving.donors import open_person
from fund.giving.models import Dedication, Donor, Gift
from fund.giving.words import open_dedication, open_words
from fund.i18n import N_, gettext

# By kind, and whether the giver is named.
SENTENCES = {
    ("honour", True): N_("%(giver)s has made a gift to the LIFT Life Fund in honour of %(whom)s."),
    ("memory", True): N_("%(giver)s has made a gift to the LIFT Life Fund in memory of %(whom)s."),
    ("honour", False): N_(
        "Somebody who wishes to stay unnamed has made a gift to the LIFT Life Fund in honour of"
        " %(whom)s."
    ),
    ("memory", False): N_(
        "Somebody who wishes to stay unnamed has made a gift to the LIFT Life Fund in memory of"
        " %(whom)s."
    ),
}


@dataclass(frozen=True)
class Message:
    """A mail without a paper; `stop_link` ends such mails."""

    to: str
    subject: str
    text: str
    html: str
    language: str
    stop_link: str


def write_dedication(session: Session, gift_id: UUID) -> Message:
    """The mail, in the language of the gift. Raises Unreadable once the donor was forgotten."""
    dedication, gift = session.get_one(Dedication, gift_id), session.get_one(Gift, gift_id)
    told = open_dedication(session, dedication)
    giver = "" if gift.is_anonymous else _giver(session, gift)
    with i18n.speaking(gift.language):
        stop_link = i18n.link("giving.no_mail", token=signed.write(NO_MAIL, gift_id))
        words = {"giver": giver, "whom": told.honoured}
        sentence = gettext(SENTENCES[told.kind, bool(giver)], **words)
    subject, text, html = i18n.render_mail(
        "dedication", gift.language, to=told.to_name, sentence=sentence, stop_link=stop_link
    )
    return Message(told.to_email, subject, text, html, gift.language, stop_link)


def _giver(session: Session, gift: Gift) -> str:
    company = open_words(session, gift).company
    donor = session.get(Donor, gift.donor_id)
    return company or (open_person(session, donor).name if donor else "")
