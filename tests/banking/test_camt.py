"""camt.053 as banks write it, in every version, and what is refused of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pycamt.parser import Camt053Parser

from fund.banking import camt
from fund.tables import BadFile
from tests.banking.factories import DAY, NUMBER, Said, document, statement_of
from tests.banking.factories import camt as write


def refused(content, currency="THB"):
    with pytest.raises(BadFile) as bad:
        camt.read(content, currency)
    return bad.value.fault.code


@pytest.mark.parametrize("version", [f"{number:02}" for number in camt.VERSIONS])
def test_every_version_reads_the_same(version):
    lines = [
        Said("150.00", "Ms Invented", reference="GIFT-7", details="for books"),
        Said("-20.25", "Bank", code="PMNT/MDOP/CHRG"),
    ]
    parsed = camt.read(write(lines, version=version), "THB")
    assert parsed.faults == []
    assert (parsed.opening_minor, parsed.closing_minor) == (1000_00, 1129_75)
    assert (parsed.first_on, parsed.last_on, parsed.account_number) == (DAY, DAY, NUMBER)
    first, second = parsed.lines
    assert (first.amount_minor, first.booked_on, first.code) == (150_00, DAY, "PMNT/RCDT/ESCT")
    assert first.text == "GIFT-7 · Ms Invented · for books"
    assert (second.amount_minor, second.code) == (-20_25, "PMNT/MDOP/CHRG")


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("JPY", "1500", 1500), ("KWD", "1.234", 1234)]
)
def test_amounts_are_exact_in_every_currency(currency, amount, minor):
    content = write([Said(amount)], opening="0", currency=currency)
    assert camt.read(content, currency).lines[0].amount_minor == minor


def test_lines_must_come_to_the_balance_after():
    parsed = camt.read(write([Said("150.00")], closing="1100.00"), "THB")
    assert [(fault.code, fault.params) for fault in parsed.faults] == [
        ("balance_differs", {"off_minor": -50_00})
    ]


def test_statements_of_days_that_follow_are_one_and_a_missing_day_is_found():
    monday = statement_of([Said("10.00")], "1000.00", "1010.00")
    tuesday = statement_of(
        [Said("5.00", on=date(2026, 11, 21))], "1010.00", "1015.00", last=date(2026, 11, 21)
    )
    parsed = camt.read(document(monday, tuesday), "THB")
    assert [line.place for line in parsed.lines] == [1, 2]
    assert (parsed.opening_minor, parsed.closing_minor) == (1000_00, 1015_00)
    assert parsed.last_on == date(2026, 11, 21)
    assert refused(document(tuesday, monday)) == "camt_does_not_follow"


def test_what_is_only_expected_does_not_count():
    content = write([Said("10.00"), Said("7.00")], closing="1010.00", version="08")
    pending = content.replace(b"BOOK", b"PDNG").replace(b"PDNG", b"BOOK", 1)
    assert [line.amount_minor for line in camt.read(pending, "THB").lines] == [10_00]


def test_a_batch_is_one_line_that_names_all_of_its_parts():
    content = write([Said("10.00", "First", reference="A-1")])
    detail = b"<TxDtls><Refs><EndToEndId>B-2</EndToEndId></Refs></TxDtls></NtryDtls>"
    (line,) = camt.read(content.replace(b"</NtryDtls>", detail), "THB").lines
    assert line.text == "A-1 · First · B-2"


def test_a_day_may_pass_without_anything():
    parsed = camt.read(write([]), "THB")
    assert (list(parsed.lines), parsed.faults, parsed.closing_minor) == ([], [], 1000_00)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"camt.053.001.02", b"camt.053.001.14"), "camt_not_a_statement"),
        ((b"camt.053.001.02", b"camt.054.001.02"), "camt_not_a_statement"),
        ((b"</Document>", b""), "xml_broken"),
        ((b"<Ccy>THB</Ccy>", b"<Ccy>USD</Ccy>"), "other_currency"),
        ((b"CLBD", b"XXXX"), "camt_without_balances"),
        ((b'<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="THB">1000.00',
          b'<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="THB">1e3'),
         "camt_bad_balance"),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused(change, code):
    assert refused(write([Said("10.00")]).replace(*change)) == code


def test_two_accounts_in_a_file_are_refused():
    ours = statement_of([], "0.00", "0.00")
    theirs = statement_of([], "0.00", "0.00", number="999-9-99999-9")
    assert refused(document(ours, theirs)) == "camt_several_accounts"


def test_a_doctype_is_never_expanded():
    bomb = '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert refused(write([Said("10.00", "&b;")], head=bomb)) == "xml_doctype"


def test_a_line_that_cannot_be_read_is_named():
    content = write([Said("10.00"), Said("2.00")])
    parsed = camt.read(content.replace(b'Ccy="THB">2.00', b'Ccy="USD">2.00'), "THB")
    assert [(fault.code, fault.place) for fault in parsed.faults] == [("line_amount", 2)]


@given(
    some.lists(
        some.builds(
            Said,
            some.integers(-(10**9), 10**9).filter(bool).map(lambda minor: f"{minor / 100:.2f}"),
            text=some.text("abcกขค é", min_size=1, max_size=20).map(str.strip).filter(bool),
            on=some.integers(0, 30).map(lambda days: DAY - timedelta(days=days)),
        ),
        max_size=8,
    ),
    some.sampled_from(["02", "08"]),
)
def test_another_reader_of_the_same_message_reads_the_same(lines, version):
    content = write(lines, version=version)
    ours, theirs = camt.read(content, "THB"), Camt053Parser(content)
    assert [
        (line.booked_on.isoformat(), Decimal(line.amount_minor) / 100) for line in ours.lines
    ] == [
        (
            line["BookingDate"],
            Decimal(line["Amount"]) * (1 if line["CreditDebitIndicator"] == "CRDT" else -1),
        )
        for line in theirs.get_transactions()
    ]
    (told,) = theirs.get_statement_info()
    assert Decimal(told["OpeningBalance"]) * 100 == ours.opening_minor
    assert abs(Decimal(told["ClosingBalance"])) * 100 == abs(ours.closing_minor)
