"""ISO 20022 camt.053, the bank-to-customer statement, in the versions 001.02 to 001.13.

Written after the message's definition in the ISO 20022 catalogue (BankToCustomerStatement): an
entry's direction is `CdtDbtInd`, also where `RvslInd` says that it takes another one back; only
booked entries count; the opening balance is OPBD, or PRCD where a bank carries it forward.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree
from xml.parsers import expat

from fund.banking.files import MOST_LINES, FileLine, ParsedFile, check_chain
from fund.tables import BadFile, Fault, minor_of

_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)\}Document")
VERSIONS = range(2, 14)
_OPENING = ("OPBD", "PRCD")
# Where an entry says whom and what for.
_TEXTS = frozenset({"Nm", "Ustrd", "Ref", "EndToEndId", "AddtlTxInf", "AddtlNtryInf", "InstrId"})
_PLAIN_CODE = re.compile(r"[A-Z0-9/.+-]{1,60}")

Element = ElementTree.Element


def looks_like_camt(content: bytes) -> bool:
    """Whether the file is XML at all: it is then read as camt.053 or refused."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(content: bytes, currency: str) -> ParsedFile:
    """The statements of one account in `currency`, one after the other. Raises BadFile."""
    _refuse_doctype(content)
    root = ElementTree.fromstring(content)  # noqa: S314 - without a DOCTYPE there are no entities
    found = _NAMESPACE.fullmatch(root.tag)
    if not found or int(found[1]) not in VERSIONS:
        raise BadFile("camt_not_a_statement")
    for element in root.iter():  # one version or another: what matters has one name in all
        element.tag = element.tag.rpartition("}")[2]
    statements = root.findall("BkToCstmrStmt/Stmt")
    if not statements:
        raise BadFile("camt_empty")
    numbers = {_number(statement) for statement in statements}
    if len(numbers) != 1:
        raise BadFile("camt_several_accounts")
    parts: list[ParsedFile] = []
    entries = 0
    for statement in statements:
        parts.append(_statement(statement, currency, entries))
        entries += len(statement.findall("Ntry"))
    return _joined(parts, numbers.pop())


def _refuse_doctype(content: bytes) -> None:
    """Entities of a DOCTYPE could make a small file large, or read another one."""

    def refuse(*_: object) -> None:
        raise BadFile("xml_doctype")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as fault:
        raise BadFile("xml_broken", fault.lineno)


def _joined(parts: list[ParsedFile], number: str | None) -> ParsedFile:
    """Statements that follow each other as one."""
    if any(before.closing_minor != after.opening_minor for before, after in pairwise(parts)):
        raise BadFile("camt_does_not_follow")
    lines = [line for part in parts for line in part.lines]
    if len(lines) > MOST_LINES:
        raise BadFile("too_many_lines", most=MOST_LINES)
    days = [day for part in parts for day in (part.first_on, part.last_on) if day]
    days += [line.booked_on for line in lines]
    joined = ParsedFile(
        lines=lines,
        opening_minor=parts[0].opening_minor,
        closing_minor=parts[-1].closing_minor,
        first_on=min(days),
        last_on=max(days),
        account_number=number,
        faults=[fault for part in parts for fault in part.faults],
    )
    if joined.faults:
        return joined
    return ParsedFile(**(vars(joined) | {"faults": check_chain(joined)}))


def _number(statement: Element) -> str | None:
    """The account as the statement names it: IBAN or the bank's own number."""
    found = statement.findtext("Acct/Id/IBAN") or statement.findtext("Acct/Id/Othr/Id")
    return found.strip() if found else None


def _statement(statement: Element, currency: str, before: int) -> ParsedFile:
    """One statement; its entries are counted from `before` on."""
    named = statement.findtext("Acct/Ccy")
    if named and named.strip() != currency:
        raise BadFile("other_currency", currency=named.strip()[:3])
    balances = dict(_balances(statement, currency))
    opening = next((balances[code] for code in _OPENING if code in balances), None)
    closing = balances.get("CLBD")
    if opening is None or closing is None:
        raise BadFile("camt_without_balances")
    lines, faults = [], []
    for place, entry in enumerate(statement.findall("Ntry"), start=before + 1):
        if _status(entry) != "BOOK":
            continue
        line = _entry(entry, currency, place)
        if isinstance(line, Fault):
            faults.append(line)
        elif line is not None:
            lines.append(line)
    period = [_day(statement.find(f"FrToDt/{name}")) for name in ("FrDtTm", "ToDtTm")]
    days = [opening[1], closing[1], *(day for day in period if day)]
    return ParsedFile(
        lines=lines,
        opening_minor=opening[0],
        closing_minor=closing[0],
        first_on=period[0] or closing[1],
        last_on=max(days),
        faults=faults,
    )


def _balances(statement: Element, currency: str) -> Iterator[tuple[str, tuple[int, date]]]:
    for balance in statement.findall("Bal"):
        code = (balance.findtext("Tp/CdOrPrtry/Cd") or "").strip()
        if code not in (*_OPENING, "CLBD"):
            continue
        amount, day = _signed(balance, currency), _day(balance.find("Dt"))
        if amount is None or day is None:
            raise BadFile("camt_bad_balance")
        yield code, (amount, day)


def _status(entry: Element) -> str:
    """`BOOK`, as text before 001.04 and as a code since."""
    return (entry.findtext("Sts/Cd") or entry.findtext("Sts") or "").strip()


def _entry(entry: Element, currency: str, place: int) -> FileLine | Fault | None:
    """One booked entry; None if it moved nothing. A batch is one line with all its details."""
    amount, day = _signed(entry, currency), _day(entry.find("BookgDt"))
    if amount is None:
        return Fault("line_amount", place)
    if day is None:
        return Fault("line_day", place)
    if amount == 0:
        return None
    reference = (entry.findtext("AcctSvcrRef") or "").strip()
    return FileLine(place, day, amount, _text(entry), _code(entry), reference or None)


def _signed(element: Element, currency: str) -> int | None:
    """Amount and direction; None if either cannot be read or it is another currency's."""
    amount = element.find("Amt")
    if amount is None or amount.get("Ccy") != currency:
        return None
    minor = minor_of((amount.text or "").strip(), currency)
    direction = (element.findtext("CdtDbtInd") or "").strip()
    if minor is None or minor < 0 or direction not in ("CRDT", "DBIT"):
        return None
    return minor if direction == "CRDT" else -minor


def _day(element: Element | None) -> date | None:
    """A day as `Dt`, or the day of a `DtTm`, as the bank wrote it."""
    if element is None:
        return None
    text = element.findtext("Dt") or element.findtext("DtTm") or element.text or ""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _code(entry: Element) -> str | None:
    """`PMNT/RCDT/ESCT`: domain, family and sub-family, or the bank's own code."""
    found = entry.find("BkTxCd")
    if found is None:
        return None
    parts = [found.findtext(path) for path in ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd")]
    named = "/".join(part.strip() for part in parts if part)
    named = named or (found.findtext("Prtry/Cd") or "").strip().upper()
    return named if _PLAIN_CODE.fullmatch(named) else None


def _text(entry: Element) -> str:
    """Everything that the entry says in words, each once."""
    said = [(found.text or "").strip() for found in entry.iter() if found.tag in _TEXTS]
    return " · ".join(dict.fromkeys(text for text in said if text and text != "NOTPROVIDED"))
