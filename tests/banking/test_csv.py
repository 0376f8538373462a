"""CSV as banks write it: each in another way, read exactly or not at all."""

from datetime import date

import pytest

from fund.banking import csv_lines
from fund.banking.csv_lines import ColumnMapping
from fund.tables import BadFile

PLAIN = ColumnMapping(day="Date", day_order="dmy", amount="Amount", text="Details")
THAI = ColumnMapping(
    day="วันที่",
    day_order="dmy",
    paid_out="ถอน",
    paid_in="ฝาก",
    text="รายการ",
    text_2="ช่องทาง",
    balance="ยอดคงเหลือ",
)
THAI_FILE = """ธนาคารฝึกหัด จำกัด
เลขที่บัญชี,000-1-23456-7

วันที่,รายการ,ช่องทาง,ถอน,ฝาก,ยอดคงเหลือ
20/11/2569,รับโอน,QR,,"1,500.00","11,500.00"
20/11/69,ค่าธรรมเนียม,สาขา,25.00,,"11,475.00"
,รวม,,25.00,"1,500.00",
"""


def read(text, mapping=PLAIN, currency="THB", encoding="utf-8"):
    return csv_lines.read(text.encode(encoding), currency, mapping)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874"])
def test_a_thai_banks_file_with_head_and_foot_and_the_buddhist_calendar(encoding):
    parsed = read(THAI_FILE, THAI, encoding=encoding)
    assert parsed.faults == []
    assert [(line.place, line.booked_on, line.amount_minor) for line in parsed.lines] == [
        (5, date(2026, 11, 20), 1500_00),
        (6, date(2026, 11, 20), -25_00),
    ]
    assert parsed.lines[0].text == "รับโอน · QR"
    assert (parsed.opening_minor, parsed.closing_minor) == (10_000_00, 11_475_00)
    assert parsed.left_out == 1  # the sums at its foot


def test_the_columns_to_choose_from_are_found_under_the_banks_head():
    assert csv_lines.columns_of(THAI_FILE.encode())[:3] == ["วันที่", "รายการ", "ช่องทาง"]


def test_newest_first_is_turned_round_by_its_balances():
    parsed = read(
        "Date;Details;Amount;Balance\n21.11.2026;b;-2,50;7,50\n20.11.2026;a;10,00;10,00\n",
        ColumnMapping("Date", "dmy", amount="Amount", balance="Balance", decimal=","),
    )
    assert (parsed.faults, parsed.opening_minor, parsed.closing_minor) == ([], 0, 7_50)


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1,234.50", 1234_50),
        ("-20", -20_00),
        ("(20.00)", -20_00),
        ("20.00-", -20_00),
        ("+5.1", 5_10),
        ("฿๑๕๐.๐๐", 150_00),
    ],
)
def test_amounts_in_the_ways_of_banks(written, minor):
    (line,) = read(f'Date,Details,Amount\n20/11/2026,x,"{written}"\n').lines
    assert line.amount_minor == minor


@pytest.mark.parametrize("written", ["1.005", "abc", "1e5", "", "--5", "1.2.3", "NaN"])
def test_what_is_no_amount_is_a_fault_of_its_row(written):
    parsed = read(f'Date,Details,Amount\n20/11/2026,x,"{written}"\n')
    assert [(fault.code, fault.place) for fault in parsed.faults] == [("line_amount", 2)]


@pytest.mark.parametrize("written", ["31/02/2026", "yesterday", "20/13/2026", "0/0/0"])
def test_what_is_no_day_is_a_fault_of_its_row(written):
    parsed = read(f"Date,Details,Amount\n{written},x,5.00\n")
    assert [(fault.code, fault.place) for fault in parsed.faults] == [("line_day", 2)]


def test_a_balance_that_does_not_follow_names_its_row():
    parsed = read(
        "Date,Amount,Balance\n20/11/2026,10.00,10.00\n21/11/2026,5.00,16.00\n",
        ColumnMapping("Date", "dmy", amount="Amount", balance="Balance"),
    )
    assert [(fault.code, fault.place) for fault in parsed.faults] == [("line_balance", 3)]
    assert parsed.closing_minor is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\0\1\2", "csv_broken"),
        (b"Other,Columns\n1,2\n", "csv_other_columns"),
        (b"Date,Details,Amount\n", "file_without_lines"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, code):
    with pytest.raises(BadFile) as bad:
        csv_lines.read(content, "THB", PLAIN)
    assert bad.value.fault.code == code
