"""PromptPay bill payment: what the QR code says that a Thai banking app reads.

After EMVCo's "QR Code Specification for Payment Systems, Merchant-Presented Mode" and the Bank of
Thailand's "Standardized Thai QR Code": tag 30 names the biller and carries two references, and the
bank's statement gives them back. Which references a bank asks for is its biller's own setting.
"""

import binascii
import io
import re
import secrets

import segno

from fund.ids import CASE_ALPHABET, check_character
from fund.money import THB, Money

APPLICATION = "A000000677010112"  # bill payment across banks
MOST = Money(9_999_999_99, THB)
# The class of charitable and social service organisations (ISO 18245).
CATEGORY = "8398"
REFERENCE_LENGTH = 9

_BILLER = re.compile(r"[0-9]{15}")
_REFERENCE = re.compile(r"[A-Z0-9]{1,20}")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_MARK = "LF"


def bill_payment(
    *,
    biller_id: str,
    reference1: str,
    reference2: str | None,
    amount: Money,
    merchant: str,
    city: str,
) -> str:
    """The code's text for one payment of exactly `amount`, in baht.

    `biller_id`: 13 digits of the tax id and 2 of the bank's. References: at most 20 of A-Z 0-9.
    `merchant` and `city`: what the app shows, at most 25 and 15 of ASCII. Raises ValueError for
    anything that a bank would not take.
    """
    if amount.currency != THB or not Money(0, THB) < amount <= MOST:
        raise ValueError("an amount in baht, above nothing and up to eight digits")
    account = [
        ("00", APPLICATION),
        ("01", _checked("a biller id", _BILLER, biller_id)),
        ("02", _checked("a reference", _REFERENCE, reference1)),
    ]
    if reference2 is not None:
        account.append(("03", _checked("a reference", _REFERENCE, reference2)))
    body = _fields(
        ("00", "01"),
        ("01", "12"),  # for this one payment
        ("30", _fields(*account)),
        ("52", CATEGORY),
        ("53", "764"),
        ("54", f"{amount.decimal():.2f}"),
        ("58", "TH"),
        ("59", _checked("a name", _PRINTABLE, merchant[:25])),
        ("60", _checked("a city", _PRINTABLE, city[:15])),
    )
    covered = body + "6304"  # the checksum covers its own tag and length too
    return f"{covered}{binascii.crc_hqx(covered.encode('ascii'), 0xFFFF):04X}"


def draw_png(payload: str) -> bytes:
    """The code as a picture that a phone can also read from its own photographs."""
    drawing = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(drawing, kind="png", scale=8, border=4)
    return drawing.getvalue()


def as_reference(code: str) -> str:
    """A fund's code as a bank takes it."""
    return re.sub(r"[^A-Z0-9]", "", code.upper())[:20]


def new_reference() -> str:
    """A new payment reference, such as `LF7K3Q2MXA5`: eight at random and one that checks."""
    body = "".join(secrets.choice(CASE_ALPHABET) for _ in range(REFERENCE_LENGTH - 1))
    return _MARK + body + check_character(body)


def list_references(text: str) -> list[str]:
    """The payment references that a line of a bank's statement holds, each once, as they come.

    Banks set spaces and dashes as they like; what a check character refuses is none of ours.
    """
    plain = re.sub(r"[\s\-.]", "", text.upper())
    pattern = rf"(?={_MARK}([{CASE_ALPHABET}]{{{REFERENCE_LENGTH}}}))"
    found = [m[1] for m in re.finditer(pattern, plain) if check_character(m[1][:-1]) == m[1][-1]]
    return [_MARK + body for body in dict.fromkeys(found)]


def _fields(*pairs: tuple[str, str]) -> str:
    return "".join(f"{tag}{len(value):02}{value}" for tag, value in pairs)


def _checked(what: str, pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"no bank takes this as {what}")
    return value
