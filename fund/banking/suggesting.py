"""What each open line most likely is: by reference, by amount and day, or by the bank's code."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fund.banking.models import BankLine
from fund.banking.targets import Target, plain

Words = tuple[str, ...]

# Families of ISO 20022's bank transaction codes, and words of banks that write none.
_CHARGE_CODES: Words = ("CHRG", "FEES", "COMM")
_INTEREST_CODES: Words = ("INTR",)
_CHARGE_WORDS: Words = ("FEE", "CHARGE", "COMMISSION", "ค่าธรรมเนียม", "ค่าบริการ")
_INTEREST_WORDS: Words = ("INTEREST", "ดอกเบี้ย")


@dataclass(frozen=True)
class Suggestion:
    """The one thing that the line can be. `token` names it: a target, or `entry:<kind>`.

    `rule`: by what it was found, see `BankMatch`.
    """

    line: BankLine
    token: str
    rule: str
    target: Target | None = None


def suggest(
    lines: Sequence[BankLine], texts: Mapping[UUID, str], targets: Sequence[Target]
) -> list[Suggestion]:
    """For each line that has one clear answer; no target is suggested twice."""
    by_amount: dict[int, list[Target]] = {}
    for target in targets:
        by_amount.setdefault(target.amount_minor, []).append(target)
    found = []
    for line in lines:
        fitting = [t for t in by_amount.get(line.amount_minor, []) if t.is_near(line.booked_on)]
        answer = _answer(line, texts.get(line.id, ""), fitting)
        if answer:
            found.append(answer)
    named = {f.token for f in found if f.rule == "reference"}
    times = Counter(f.token for f in found if f.target is not None)
    return [
        one
        for one in found
        if one.target is None
        or one.rule == "reference"
        or (times[one.token] == 1 and one.token not in named)
    ]


def _answer(line: BankLine, text: str, fitting: Sequence[Target]) -> Suggestion | None:
    words = plain(text)
    named = [target for target in fitting if target.is_named_in(words)]
    if len(named) == 1:
        return Suggestion(line, named[0].token, "reference", named[0])
    # That money came back is never guessed from its amount.
    others = [target for target in fitting if target.kind != "return"]
    if not named and len(others) == 1:
        return Suggestion(line, others[0].token, "amount_and_day", others[0])
    kind = _of_the_bank(line, text) if not others else None
    return Suggestion(line, f"entry:{kind}", "code") if kind else None


def _of_the_bank(line: BankLine, text: str) -> str | None:
    """Whether the bank took or paid it for itself."""
    code, words = line.code or "", text.upper()
    if line.amount_minor < 0:
        kind, coded, said = "bank_charge", _CHARGE_CODES, _CHARGE_WORDS
    else:
        kind, coded, said = "interest", _INTEREST_CODES, _INTEREST_WORDS
    is_told = any(part in code for part in coded) or any(word in words for word in said)
    return kind if is_told else None
