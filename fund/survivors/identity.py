"""Who a survivor is: the sealed part of a record, and how the same person is found again."""

import json
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from fund import keys
from fund.survivors.models import Guardian, Survivor

# Titles are written or left out as people please; they do not tell two persons apart.
_TITLES = (
    "เด็กชาย",
    "เด็กหญิง",
    "ด.ช.",
    "ด.ญ.",
    "นางสาว",
    "น.ส.",
    "นาย",
    "นาง",
    "mr",
    "ms",
    "mrs",
    "miss",
)


@dataclass(frozen=True)
class Identity:
    """What is asked for, and no more; optional parts may be empty."""

    name: str
    birth_date: date
    nickname: str = ""
    national_id: str = ""
    contact: str = ""

    def name_index(self) -> bytes:
        """By this, the same name and birth date are found again."""
        words = plain_name(self.name)
        return keys.keyring().blind_index("survivor.name", f"{words}|{self.birth_date}")

    def national_id_index(self) -> bytes | None:
        """By this, the same national id is found again; None if there is none."""
        number = plain_number(self.national_id)
        return keys.keyring().blind_index("survivor.national_id", number) if number else None


def seal_identity(session: Session, survivor_id: UUID, key_id: UUID, identity: Identity) -> bytes:
    """The identity, sealed under the survivor's key."""
    plain = json.dumps(asdict(identity) | {"birth_date": identity.birth_date.isoformat()})
    return keys.seal(session, key_id, plain, context=_context(survivor_id))


def unseal_identity(session: Session, survivor: Survivor) -> Identity:
    """The identity opened. Whoever shows it records the reading first."""
    found = json.loads(
        keys.unseal(
            session, survivor.key_id, survivor.sealed_identity, context=_context(survivor.id)
        )
    )
    return Identity(**found | {"birth_date": date.fromisoformat(found["birth_date"])})


def unseal_label(session: Session, survivor: Survivor) -> str:
    """The working label that the assigned staff see; empty if there is none."""
    if survivor.sealed_label is None:
        return ""
    return keys.unseal(
        session, survivor.key_id, survivor.sealed_label, context=label_context(survivor.id)
    )


def unseal_guardian(session: Session, survivor: Survivor, guardian: Guardian) -> str:
    """A guardian's name."""
    return keys.unseal(
        session, survivor.key_id, guardian.sealed_name, context=guardian_context(guardian.id)
    )


def _context(survivor_id: UUID) -> str:
    return f"survivor.identity:{survivor_id}"


def label_context(survivor_id: UUID) -> str:
    """Where a sealed label belongs."""
    return f"survivor.label:{survivor_id}"


def guardian_context(guardian_id: UUID) -> str:
    """Where a guardian's sealed name belongs."""
    return f"guardian.name:{guardian_id}"


def reason_context(consent_id: UUID) -> str:
    """Where the sealed reason for another lawful basis belongs."""
    return f"consent.reason:{consent_id}"


def document_context(document_id: UUID) -> str:
    """Where a document's sealed bytes belong."""
    return f"document:{document_id}"


def plain_name(name: str) -> str:
    """A name without titles, case, doubled spaces and the ways Unicode can write one letter."""
    words = unicodedata.normalize("NFKC", name).casefold().replace("\u200b", "").split()
    text = " ".join(words)
    for title in _TITLES:
        if title.isascii() and text.startswith((f"{title} ", f"{title}.")):
            text = text[len(title) :].lstrip(". ")
        elif not title.isascii() and text.startswith(title):
            text = text[len(title) :].lstrip()
    return text


def plain_number(national_id: str) -> str:
    """A number without spaces, dashes and case; Thai figures as the others."""
    plain = unicodedata.normalize("NFKC", national_id)
    return "".join(
        str(unicodedata.decimal(character, character)) for character in plain if character.isalnum()
    ).upper()


def is_plausible_number(national_id: str) -> bool:
    """Whether a number of thirteen digits has the check digit of a Thai national id.

    Other papers (passports, pink cards of other lengths) are taken as they are.
    """
    number = plain_number(national_id)
    if not (len(number) == 13 and number.isdigit()):
        return True
    total = sum(int(digit) * (13 - place) for place, digit in enumerate(number[:12]))
    return int(number[12]) == (11 - total % 11) % 10
