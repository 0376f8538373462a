"""Lists of gifts: read as finance's programs write them, recorded whole, undone whole by two."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from fund.audit.models import Event
from fund.bookkeeping.imports.lines import LARGEST_BYTES
from fund.bookkeeping.imports.operations import upload_import
from fund.bookkeeping.models import BookEntry, EntryPaper, GiftImport, GiftImportLine
from fund.errors import Refused
from fund.giving import queries as giving
from fund.giving.donors import open_person
from fund.giving.models import Donor, Gift, GiftReturn, Receipt
from fund.giving.operations import record_bank_gift, record_return
from fund.ids import new_id
from fund.ledger.models import Journal
from fund.ledger.queries import account_id, balance
from fund.money import Money
from fund.permissions import SYSTEM, Role
from tests.bookkeeping.test_pages import photograph
from tests.giving.factories import make_giving_world
from tests.ledger.factories import wrong
from tests.people.factories import make_staff
from tests.refusing import refuses

IMPORTS = "/staff/gifts/imports"
HEADER = "Date,Amount,Reference,Name,E-mail,Fund,Method\n"
LIST = HEADER + (
    '20/11/2569,"1,234.50",S-1,Mere Donor,mere@example.org,education,cash\n'
    "21/11/2569,100,S-2,สมใจ ใจดี,somjai@example.org,การศึกษา,โอน\n"
    "21/11/2569,50,,,,general,เช็ค\n"
)


@pytest.fixture
def world(session):
    made = make_giving_world(session)
    session.commit()
    return made


@pytest.fixture
def finance(client, session, sign_in):
    officer = make_staff(session, Role.FINANCE_OFFICER, name="Fah Finance")
    sign_in(client, officer)
    return officer


@pytest.fixture
def send(client):
    """Send a file to the import page, once; the address that it led to, or the answer."""

    def send(content, name="gifts.csv", office="th"):
        content = content.encode() if isinstance(content, str) else content
        return client.post(
            f"{IMPORTS}/add",
            data={"nonce": str(new_id()), "office": office, "file": (BytesIO(content), name)},
            content_type="multipart/form-data",
        )

    return send


@pytest.fixture
def record(client, post):
    """Record what the page shows."""

    def record(address, *, receipts="ours", **fields):
        page = client.get(address).text
        seen = re.search(r'name="seen" value="(\w+)"', page)[1]
        data = {"seen": seen, "receipts": receipts, "file": photograph()} | fields
        return post(f"{address}/record", **data)

    return record


def gifts(session):
    return session.scalars(select(Gift).order_by(Gift.id)).all()


def test_a_list_goes_from_excels_file_to_booked_and_receipted_gifts(
    world, session, finance, client, send, record, mailbox, run_jobs
):
    address = send(LIST).headers["Location"]
    page = client.get(address).text
    assert "Record 3 gifts, ฿1,384.50" in page
    assert "20 Nov 2026" in page
    assert "สมใจ ใจดี" in page
    assert gifts(session) == []
    answer = record(address)
    assert answer.status_code == 303, answer.text
    found = gifts(session)
    assert [(g.amount_minor, g.method, g.bank_reference) for g in found[:2]] == [
        (1_234_50, "cash", "S-1"),
        (100_00, "bank", "S-2"),
    ]
    assert found[2].method == "cheque"
    assert found[2].donor_id is None
    bank = account_id(session, world.funds["education"].id, world.thai.id, "THB", "bank")
    assert balance(session, bank) == Money(1_334_50, "THB")
    assert [r.number for r in session.scalars(select(Receipt).order_by(Receipt.number))] == [
        1,
        2,
        3,
    ]
    page = client.get(address).text
    assert "3 gifts are recorded and booked." in page
    assert "TH-2026-000002" in page
    run_jobs()
    assert [mail["To"] for mail in mailbox.mails] == ["mere@example.org", "somjai@example.org"]
    assert client.get(f"{address}/paper").content_type == "image/jpeg"
    assert "row 3" in client.get(f"/staff/gifts/{found[1].id}").text
    assert session.scalars(select(Event).where(Event.name == "gift_import_recorded")).one()
    assert session.scalars(select(EntryPaper.state)).one() == "stored"


def rewritten(separator, decimal=","):
    rows = [
        ["วันที่", "จำนวนเงิน", "ชื่อ", "นามสกุล", "อีเมล"],
        [
            "20 พ.ย. 2569",
            f"1{',' if decimal == '.' else '.'}234{decimal}50",
            "มีนา",
            "ใจดี",
            "m@example.org",
        ],
    ]
    made = StringIO()
    csv.writer(made, delimiter=separator).writerows(rows)
    return made.getvalue()


@pytest.mark.parametrize(
    ("encoding", "separator", "decimal"),
    [
        ("utf-8", ",", "."),
        ("utf-8-sig", ";", ","),
        ("utf-16", "\t", "."),
        ("cp874", ",", "."),
        ("cp874", ";", ","),
    ],
)
def test_whatever_program_wrote_it_the_list_is_read_alike(
    world, session, finance, client, post, send, encoding, separator, decimal
):
    address = send(rewritten(separator, decimal).encode(encoding)).headers["Location"]
    post(f"{address}/columns", **columns_of(session, usual_fund="general"))
    page = client.get(address).text
    assert "Record 1 gift, ฿1,234.50" in page
    assert "มีนา ใจดี" in page
    assert "20 Nov 2026" in page


def columns_of(session, **changes):
    """The form of the columns as the page shows it, with changes."""
    made = session.scalars(select(GiftImport).order_by(GiftImport.id.desc()).limit(1)).one()
    return made.mapping | changes


def test_columns_chosen_once_are_known_for_the_next_list_with_this_heading(
    world, session, finance, client, post, send
):
    first = "When,Sum,Note\n11/24/2026,5.00,a\n"
    address = send(first).headers["Location"]
    page = client.get(address).text
    assert "Which column is what" in page
    assert "/record" not in page
    chosen = {"day": "When", "day_order": "mdy", "amount": "Sum", "decimal": "."}
    chosen |= {"reference": "Note", "usual_method": "cash", "usual_language": "en"}
    assert post(f"{address}/columns", **chosen, usual_fund="").status_code == 303
    assert "The fund is missing, and none was chosen" in client.get(address).text
    assert post(f"{address}/columns", **chosen | {"day": ""}).status_code == 422
    post(f"{address}/columns", **chosen, usual_fund="general")
    assert "Record 1 gift, ฿5" in client.get(address).text
    post(f"{address}/drop")
    assert "Nothing of this file was recorded" in client.get(address).text
    again = send(first.replace("5.00", "6.00")).headers["Location"]
    assert "Record 1 gift, ฿6" in client.get(again).text


FAULTY = [
    ("31/02/2026,5,,,,general,", "Row 2: Date: The day cannot be read."),
    (",5,x,,,general,", "Date: The day is missing."),
    ("20/11/2126,5,,,,general,", "The day lies in the future."),
    ("20/11/1483,5,,,,general,", "The year would be 1483."),
    ("20/11/2026,five,,,,general,", "Amount: The amount cannot be read."),
    ("20/11/2026,5.001,,,,general,", "Amount: The amount cannot be read."),
    ("20/11/2026,-5,,,,general,", "A gift is more than nothing."),
    ("20/11/2026,0,,,,general,", "A gift is more than nothing."),
    ("20/11/2026,5,,,nobody,general,", "E-mail: This is no e-mail address."),
    ("20/11/2026,5,,,,Nowhere,", "Fund: There is no open fund of this name."),
    ("20/11/2026,5,,,,,", "The fund is missing"),
    ("20/11/2026,5,,,,general,barter", "Method: Please write bank transfer, cash or cheque."),
    (
        "20/11/2026,1,500,S-9,Mere,mere@example.org,general,cash",
        "more in it than there are columns",
    ),
    (f"20/11/2026,5,{'x' * 61},,,general,", "longer than 60 characters"),
]


@pytest.mark.parametrize(("row", "said"), FAULTY)
def test_a_faulty_row_is_told_in_words_and_nothing_can_be_recorded(
    world, session, finance, client, post, send, row, said
):
    address = send(f"{HEADER}{row}\n20/11/2026,7,,,,general,\n").headers["Location"]
    page = client.get(address).text
    assert said in page
    assert "/record" not in page
    answer = post(f"{address}/record", seen="x", receipts="ours", file=photograph())
    assert answer.status_code == 422
    assert "has faults" in answer.text
    assert gifts(session) == []


def test_all_faults_can_be_taken_home_and_no_cell_is_a_formula(world, finance, client, send):
    heading = '=HYPERLINK("x"),Amount\n'
    address = send(
        heading.replace("Amount", "Amount,Date") + "".join(f"a,b,{n}\n" for n in range(60))
    ).headers["Location"]
    page = client.get(address).text
    assert "Others besides these: 130" in page
    answer = client.get(f"{address}/faults.csv")
    rows = list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 181
    assert rows[1] == ["2", "Date", "The day cannot be read."]
    sent = list(csv.reader(StringIO(client.get(f"{address}/file.csv").data.decode("utf-8-sig"))))
    assert sent[0][0] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "choose a file"),
        (b"PK\x03\x04 and so on", "This is a workbook"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_it_is_sent(
    world, session, finance, send, content, said
):
    answer = send(content)
    assert answer.status_code == 422
    assert said in answer.text
    assert session.scalars(select(GiftImport)).all() == []


def test_a_file_that_is_too_large_is_refused(world, session, finance, now):
    with pytest.raises(Refused, match="import_too_large"):
        upload_import(
            session, world.thai, b"x" * (LARGEST_BYTES + 1), actor=finance.actor_at(now), now=now
        )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01\x02", "no CSV file that can be read"),
        ('Date,Amount\n20/11/2026,"5\n21/11/2026,7\n', "a quotation mark may be missing"),
        ("1,2\n3,4\n", "no row with names of columns"),
        ("Date,Amount\n", "The file has no gifts"),
        (HEADER + "20/11/2026,1,,,,general,\n" * 5_001, "more than 5000 gifts"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_so_in_words(
    world, finance, client, send, content, said
):
    address = send(content).headers["Location"]
    assert said in client.get(address).text


def test_the_very_same_file_is_not_taken_twice(world, session, finance, send, record):
    address = send(LIST).headers["Location"]
    assert "This very file is here already" in send(LIST).text
    record(address)
    assert "This very file is here already" in send(LIST).text
    assert len(gifts(session)) == 3


def test_two_clicks_and_two_tabs_record_a_list_once(world, session, finance, client, post, send):
    address = send(LIST).headers["Location"]
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address).text)[1]
    nonce = str(new_id())
    click = {"seen": seen, "receipts": "ours", "nonce": nonce}
    answers = [post(f"{address}/record", **click, file=photograph()) for _ in range(2)]
    assert [a.headers.get("Location") for a in answers] == [address, address]
    other_tab = post(f"{address}/record", seen=seen, receipts="ours", file=photograph())
    assert other_tab.status_code == 422
    assert len(gifts(session)) == 3


def alike(page):
    return sorted(map(int, re.findall(r'name="taken" value="(\d+)"', page)))


def test_rows_that_look_like_gifts_that_are_here_are_decided_one_by_one(
    world, session, finance, client, post, send, record, now
):
    given = {"office": world.thai, "actor": SYSTEM, "now": now, "fund": world.funds["general"]}
    day = now.date().replace(day=20)
    for reference, email, minor in (("S-1", "", 7_00), ("P-9", "mere@example.org", 100_00)):
        record_bank_gift(
            session,
            **given,
            amount=Money(minor, "THB"),
            received_on=day,
            bank_reference=reference,
            email=email,
        )
    session.commit()
    rows = (
        "20/11/2026,50,S-1,,,general,\n"  # 2: the reference is known
        "20/11/2026,100,S-2,Mere,MERE@example.org,general,\n"  # 3: a known gift of this giver
        "20/11/2026,7,S-3,,,general,\n"  # 4: day and amount, giver unknown
        "20/11/2026,60,S-4,Moana,,general,\n"
        "20/11/2026,60,S-5,Moana,,general,\n"  # 6: as row 5
        "20/11/2026,70,S-5,,,general,\n"  # 7: reference as row 6
    )
    address = send(HEADER + rows).headers["Location"]
    page = client.get(address).text
    assert alike(page) == [2, 3, 4, 6, 7]
    for said in (
        "a gift with this reference is here",
        "same giver, day and amount as a gift that is here",
        "whose giver nobody knows",
        "same giver, day and amount as row 5",
        "same reference as row 6",
    ):
        assert said in page
    assert "/record" not in page
    assert post(f"{address}/alike", taken=["2", "7"]).status_code == 303
    page = client.get(address).text
    assert "Record 3 gifts, ฿180" in page
    assert record(address).status_code == 303
    made = session.scalars(select(GiftImport)).one()
    places = session.scalars(select(GiftImportLine.place).order_by(GiftImportLine.place)).all()
    assert (made.line_count, places) == (6, [2, 5, 7])
    assert [g.bank_reference for g in gifts(session)][2:] == ["S-1/2", "S-4", "S-5/2"]


def test_what_changed_since_it_was_seen_is_not_recorded(
    world, session, finance, client, post, send, now
):
    address = send(LIST).headers["Location"]
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address).text)[1]
    record_bank_gift(
        session,
        office=world.thai,
        fund=world.funds["general"],
        amount=Money(1_00, "THB"),
        received_on=now.date(),
        bank_reference="S-1",
        actor=SYSTEM,
        now=now,
    )
    session.commit()
    answer = post(f"{address}/record", seen=seen, receipts="ours", file=photograph())
    assert answer.status_code == 422
    assert "Please say of each whether to record it" in answer.text
    assert len(gifts(session)) == 1


def test_no_list_is_recorded_without_a_document_or_a_word_about_receipts(
    world, session, finance, client, send, record
):
    address = send(LIST).headers["Location"]
    assert 'id="e-file"' in record(address, file=(BytesIO(b""), "")).text
    assert 'id="e-receipts"' in record(address, receipts="").text
    assert gifts(session) == []


def test_gifts_with_a_receipt_from_elsewhere_get_none_here_not_even_by_healing(
    world, session, finance, client, post, send, record, mailbox, run_jobs
):
    address = send(LIST).headers["Location"]
    record(address, receipts="outside")
    assert session.scalars(select(Receipt)).all() == []
    assert giving.list_unreceipted(session) == []
    assert "given elsewhere" in client.get(address).text
    run_jobs()
    assert mailbox.mails == []
    gift = gifts(session)[0]
    with pytest.raises(IntegrityError, match="its receipt from elsewhere"):
        session.execute(
            text(
                "INSERT INTO receipt (id, office_id, year, number, gift_id, kind, amount_minor,"
                " issued_on, audit_event_id) VALUES (gen_random_uuid(), :office, 2026, 1, :gift,"
                " 'none', 1, '2026-11-20', gen_random_uuid())"
            ),
            {"office": gift.office_id, "gift": gift.id},
        )


@pytest.fixture
def recorded(world, finance, send, record):
    """The address of a list that was recorded."""
    address = send(LIST).headers["Location"]
    record(address)
    return address


def undone_by(client, session, sign_in, post, address):
    """A treasurer takes the list back as asked; the answer."""
    sign_in(client, make_staff(session, Role.TREASURER, name="Tawan Treasurer"))
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address).text)[1]
    return post(f"{address}/undo", seen=seen)


def test_a_list_is_undone_whole_by_reversals_of_two_persons_with_corrected_receipts(
    world, session, finance, client, post, sign_in, recorded, mailbox, run_jobs
):
    assert post(f"{recorded}/undo/ask", reason="").status_code == 422
    assert post(f"{recorded}/undo/ask", reason="The list of last year").status_code == 303
    page = client.get(recorded).text
    assert "A second person decides about this." in page
    assert post(f"{recorded}/undo", seen="x").status_code == 422
    entries = session.scalars(select(BookEntry)).all()
    assert [entry.reason for entry in entries] == ["The list of last year"] * 3
    alone = post(
        f"/staff/ledger/entries/{entries[0].id}/withdraw",
    )
    assert "undo a list" in alone.text
    assert "Undo a list of gifts" not in client.get("/staff/").text

    answer = undone_by(client, session, sign_in, post, recorded)
    assert answer.status_code == 303, answer.text
    assert "Every gift was taken back by a reversal" in client.get(recorded).text
    bank = account_id(session, world.funds["education"].id, world.thai.id, "THB", "bank")
    assert balance(session, bank) == Money(0, "THB")
    for gift in gifts(session):
        assert [r.amount_minor for r in giving.list_receipts_of(session, gift.id)] == [
            gift.amount_minor,
            0,
        ]
    numbers = sorted(session.scalars(select(Receipt.number)))
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert set(session.scalars(select(BookEntry.state))) == {"booked"}
    reversed_ = session.scalars(select(Journal).where(Journal.kind == "reversal")).all()
    assert len(reversed_) == 3
    run_jobs()
    told = mailbox.mails[-1].get_body(("plain",)).get_content()
    assert "โดยผิดพลาด" in told
    assert "returned" in client.get("/staff/gifts").text


def test_after_undoing_the_corrected_list_is_taken_and_its_references_are_told_apart(
    world, session, finance, client, post, sign_in, recorded, send, record
):
    post(f"{recorded}/undo/ask", reason="Wrong fund")
    undone_by(client, session, sign_in, post, recorded)
    sign_in(client, finance)
    address = send(LIST).headers["Location"]
    assert alike(client.get(address).text) == []
    assert record(address).status_code == 303
    assert {g.bank_reference for g in gifts(session)} >= {"S-1", "S-1/2", "S-2", "S-2/2"}


def test_a_list_of_which_a_gift_changed_since_is_not_undone_and_says_why(
    world, session, finance, client, post, sign_in, recorded, now
):
    post(f"{recorded}/undo/ask", reason="Wrong list")
    gift = gifts(session)[0]
    refund = {"kind": "refund", "source": "re_1", "amount_minor": 1_00, "actor": SYSTEM}
    record_return(session, gift, **refund, happened_on=now.date(), now=now)
    session.commit()
    answer = undone_by(client, session, sign_in, post, recorded)
    assert answer.status_code == 422
    assert "of which something went back since: 1" in answer.text
    assert session.scalars(select(Journal).where(Journal.kind == "reversal")).all() == []
    assert 'id="e-decline_reason"' in post(f"{recorded}/undo/drop").text
    post(f"{recorded}/undo/drop", decline_reason="One was refunded")
    sign_in(client, finance)
    page = post(f"{recorded}/undo/ask", reason="Again")
    assert "of which something went back since: 1" in page.text


def test_who_asked_may_let_the_list_stand_and_ask_anew(
    world, session, finance, client, post, recorded
):
    for _ in range(2):
        post(f"{recorded}/undo/ask", reason="Wrong list")
        assert "Let the list stand" in client.get(recorded).text
        assert post(f"{recorded}/undo/drop").status_code == 303
        assert "Ask to undo it" in client.get(recorded).text
    assert set(session.scalars(select(BookEntry.state))) == {"withdrawn"}


def test_an_auditor_sees_the_list_but_not_who_gave(
    world, session, finance, client, send, sign_in, recorded
):
    waiting = send(LIST + "21/11/2026,5,S-7,Hemi,,general,\n").headers["Location"]
    sign_in(client, make_staff(session, Role.AUDITOR))
    assert "฿1,384.50" in client.get(IMPORTS).text
    for address in (recorded, waiting):
        page = client.get(address)
        assert page.status_code == 200
        assert not any(name in page.text for name in ("Mere", "Hemi", "example.org"))


def test_what_a_list_says_is_sealed_and_stands_in_no_event(world, session, finance, recorded):
    made = session.scalars(select(GiftImport)).one()
    assert b"mere" not in made.sealed_file.lower()
    said = "".join(str(event.data) for event in session.scalars(select(Event)))
    assert "mere" not in said.lower()
    donor = session.scalars(select(Donor).order_by(Donor.id)).first()
    assert open_person(session, donor).name == "Mere Donor"


def test_the_books_verify_with_a_list_recorded_and_undone(
    world, session, finance, client, post, sign_in, recorded
):
    post(f"{recorded}/undo/ask", reason="Wrong list")
    undone_by(client, session, sign_in, post, recorded)
    assert session.scalars(select(GiftReturn.kind)).all() == ["reversal"] * 3
    assert wrong(session) == []


def rows_of(count):
    return HEADER + "".join(
        f"20/11/2026,{n + 1},R-{n},Donor {n},d{n}@example.org,general,cash\n" for n in range(count)
    )


def test_a_list_costs_the_same_statements_however_long(
    world, session, finance, client, send, record, count_statements
):
    counts = []
    for count in (3, 30):
        address = send(rows_of(count).replace("R-", f"R{count}-")).headers["Location"]
        if counts:
            client.post(f"{address}/alike", data={"nonce": str(new_id()), "taken": [2, 3, 4]})
        with count_statements() as seen:
            assert record(address).status_code == 303
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_database_itself_keeps_a_list_whole(
    world, session, finance, client, post, send, recorded, now
):
    made = session.scalars(select(GiftImport)).one()
    other = record_bank_gift(
        session,
        office=world.thai,
        fund=world.funds["general"],
        amount=Money(9_00, "THB"),
        received_on=now.date(),
        bank_reference="Another",
        actor=SYSTEM,
        now=now,
    )
    post(f"{recorded}/undo/ask", reason="Wrong list")
    at = f"WHERE id = '{made.id}'"
    for reason, statement in (
        ("what was recorded stays", f"UPDATE gift_import SET total_minor = 1 {at}"),
        ("still stands", f"UPDATE gift_import SET state = 'undone', {UNDONE} {at}"),
        ("a list does not go", f"UPDATE gift_import SET state = 'dropped', {UNASKED} {at}"),
        ("not of this list", f"INSERT INTO gift_import_line VALUES ('{other.id}', '{made.id}', 9)"),
        ("does not change", "UPDATE bookkeeping_entry SET gift_import_id = NULL"),
    ):  # fmt: skip
        refuses(session, reason, text(statement))
    post(f"{recorded}/undo/drop")
    late = "UPDATE bookkeeping_entry SET state = 'proposed' WHERE gift_import_id IS NOT NULL"
    refuses(session, "together|stays", text(late))
    second = send(LIST + "21/11/2026,5,S-7,Hemi,,general,\n").headers["Location"]
    counted = "line_count = 9, gift_count = 9, total_minor = 9, has_outside_receipts = false"
    refuses(
        session,
        "are not what it says",
        text(
            f"UPDATE gift_import SET state = 'recorded', {counted}, decided_at = now(),"
            " decided_by = uploaded_by, paper_id = (SELECT paper_id FROM gift_import"
            f" WHERE paper_id IS NOT NULL) WHERE id = '{second.rpartition('/')[2]}'"
        ),
    )


UNDONE = "undone_by = (SELECT id FROM staff WHERE id <> undo_asked_by LIMIT 1), undone_at = now()"
UNASKED = "undo_reason = NULL, undo_asked_by = NULL, undo_asked_at = NULL"
