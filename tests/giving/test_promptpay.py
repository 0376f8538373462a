"""PromptPay codes: read back by another library, and equal to what banks publish."""

import cemacqr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.giving import promptpay
from fund.money import Money, baht

references = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=20)
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1)
amounts = st.integers(1, promptpay.MOST.amount_minor).map(baht)

# A converter's published example (bill barcode to tag 30) and a bank's own, with its third
# reference: (payload, biller, reference 1, reference 2, amount).
PUBLISHED = [
    (
        "00020101021230650016A0000006770101120115099400016550100021212345678901203066704"
        "2953037645802TH54073649.2263044534",
        "099400016550100",
        "123456789012",
        "670429",
        baht(3_649_22),
    ),
    (
        "00020101021230570016A00000067701011201153110400394751010206REF0010304REF25303764"
        "5406555.555802TH62100706SCB001630437C6",
        "311040039475101",
        "REF001",
        "REF2",
        baht(555_55),
    ),
]


def make(**changes):
    order = {
        "biller_id": "099400016550100",
        "reference1": "LF7K3Q2MXA5",
        "reference2": "GENERAL",
        "amount": baht(1_500_00),
        "merchant": "PRACTICE LIFT",
        "city": "CHIANG MAI",
    }
    return promptpay.bill_payment(**order | changes)


def read(payload):
    """The code's fields, by tag, as a library reads them that is not ours."""
    code = cemacqr.parse_payload(payload)
    assert code.crc_ok
    return {tag: code.get(tag) for tag in code.tags}


def account_of(fields):
    return {tlv.tag: tlv.value for tlv in cemacqr.parse_tlv(fields["30"])}


@given(amounts, references, st.none() | references, printable, printable)
def test_another_library_reads_what_was_asked(amount, first, second, merchant, city):
    fields = read(
        make(amount=amount, reference1=first, reference2=second, merchant=merchant, city=city)
    )
    assert fields["54"] == f"{amount.amount_minor // 100}.{amount.amount_minor % 100:02}"
    assert (fields["53"], fields["58"]) == ("764", "TH")
    assert (fields["59"], fields["60"]) == (merchant[:25], city[:15])
    account = account_of(fields)
    assert account["00"] == promptpay.APPLICATION
    assert (account["01"], account["02"]) == ("099400016550100", first)
    assert account.get("03") == second


@pytest.mark.parametrize(("payload", "biller", "first", "second", "amount"), PUBLISHED)
def test_a_published_code_says_the_same(payload, biller, first, second, amount):
    theirs = read(payload)
    ours = read(make(biller_id=biller, reference1=first, reference2=second, amount=amount))
    assert account_of(ours) == account_of(theirs)
    assert all(ours[tag] == theirs[tag] for tag in ("00", "01", "53", "54", "58"))


@given(amounts, st.data())
def test_a_misread_character_is_noticed(amount, data):
    payload = make(amount=amount)
    place = data.draw(st.integers(0, len(payload) - 5))
    other = data.draw(st.sampled_from("0123456789A").filter(lambda c: c != payload[place]))
    try:
        code = cemacqr.parse_payload(payload[:place] + other + payload[place + 1 :])
    except cemacqr.CemacQrError:
        return
    assert not code.crc_ok


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": baht(0)},
        {"amount": baht(10_000_000_00)},
        {"amount": Money(50_00, "NZD")},
        {"biller_id": "0994000165501"},
        {"reference1": "lf7k3q"},
        {"reference1": "A" * 21},
        {"reference2": ""},
        {"merchant": "มูลนิธิ"},
    ],
)
def test_what_no_bank_takes_is_refused(changes):
    with pytest.raises(ValueError, match=r"amount|no bank"):
        make(**changes)


def test_the_picture_is_a_png():
    assert promptpay.draw_png(make()).startswith(b"\x89PNG")


def test_references_differ_and_check_themselves():
    made = {promptpay.new_reference() for _ in range(200)}
    assert len(made) == 200
    assert all(promptpay.list_references(reference) == [reference] for reference in made)


@given(st.data())
def test_a_banks_line_gives_the_reference_back(data):
    reference = promptpay.new_reference()
    spaced = "".join(c + data.draw(st.sampled_from(["", " ", "-"])) for c in reference)
    line = f"BILL PAYMENT {spaced.lower()} / 1500.00"
    assert promptpay.list_references(line) == [reference]


@given(st.integers(2, 10), st.sampled_from(promptpay.CASE_ALPHABET))
def test_one_wrong_character_is_no_reference(place, other):
    reference = promptpay.new_reference()
    wrong = reference[:place] + other + reference[place + 1 :]
    assert (promptpay.list_references(wrong) == []) == (wrong != reference)
