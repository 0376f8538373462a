"""The whole log is read in ranges, by several processes if there are, and at one moment."""

import json
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund import db
from fund.audit import leaves, verification
from fund.audit.operations import bare_commitment
from fund.audit.verification import events
from fund.cli import audit as commands
from fund.ids import new_id
from fund.ledger.verification import rows
from tests.audit.factories import NOW, commit_gifts, sealed_log, sequence_all, sign
from tests.ledger.factories import give_cash, make_fund


@pytest.fixture
def narrow(monkeypatch) -> None:
    """Ranges of one tile, so that a small log has several."""
    monkeypatch.setattr(events, "WIDTH", 256)


def report_by(processes: int):
    with db.reading() as session, verification.crew(session, processes=processes) as hands:
        report = verification.verify_log(session, now=NOW, hands=hands)
        read = rows.verify_rows(session, hands=hands)
    report.unsealing = 0
    return report, read


def test_several_processes_find_what_one_finds(app, fresh_url, narrow):
    for count in (100, 155, 257, 400):  # signed in the middle of a tile, and at the end of one
        sealed_log(count)
    with db.transaction() as session:
        give_cash(session, make_fund(session), 500)
    sequence_all()
    assert report_by(1)[0].findings == report_by(1)[1].findings == []
    with psycopg.connect(fresh_url.replace("fund_app", "postgres", 1)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE audit.event SET actor = 'system2' WHERE id IN"
            " (SELECT event_id FROM audit.leaf WHERE index % 100 = 0)"
        )
        connection.execute("DELETE FROM audit.leaf WHERE index = 700")
        connection.execute("UPDATE ledger.journal SET actor = 'system2'")
    one, two = report_by(1), report_by(2)
    assert one == two
    assert len(one[0].findings) > 10
    assert ("leaf 700", "deleted") in {(f.row, f.kind) for f in one[0].findings}
    assert [f.kind for f in one[1].findings] == ["edited"]


def test_the_log_may_grow_while_it_is_read(app, fresh_url):
    sealed_log(300)
    sequence_all()
    with db.reading() as session:
        leaves_then = verification.count_leaves(session)
        sealed_log(300)
        commit_gifts(5)
        with verification.crew(session, processes=2) as hands:
            report = verification.verify_log(session, now=NOW, hands=hands)
    assert report.findings == []
    assert report.leaves == leaves_then


def test_the_command_shares_the_work(app, fresh_url, monkeypatch):
    monkeypatch.setattr(commands, "WORTH_MANY", 0)
    sealed_log(3)
    with db.transaction() as session:
        give_cash(session, make_fund(session), 500)
    sign()
    sequence_all()  # the signing too
    arguments = ["audit", "verify", "--processes", "2", "--json"]
    done = app.test_cli_runner().invoke(args=arguments)
    said = json.loads(done.stdout)
    assert (done.exit_code, done.stderr, said["findings"]) == (0, "", [])
    assert (said["journals"], said["totals"]) == (1, {"THB": {"transfers": 1, "amount_minor": 500}})
    assert app.test_cli_runner().invoke(args=[*arguments, "--processes", "0"]).exit_code == 2
    with psycopg.connect(fresh_url.replace("fund_app", "postgres", 1)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.balance_shard SET debits = debits + 1")
    done = app.test_cli_runner().invoke(args=arguments)
    [finding] = json.loads(done.stdout)["findings"]
    assert (done.exit_code, finding["row"], finding["only_witness"]) == (
        1,
        "control total THB",
        False,
    )


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(
    data=st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), values, max_size=6),
    actor=words,
    name=words,
)
def test_the_quick_form_of_an_event_is_rfc_8785(app, data, actor, name):
    id_, subject_id = new_id(), UUID(int=7)
    commit = bare_commitment(id_)
    fields = leaves.public_fields(
        id=id_,
        name=name,
        actor=actor,
        subject_kind="gift",
        subject_id=subject_id,
        data=data,
        at=NOW,
    )
    leaf, as_text = leaves.leaf_of(fields, commit), json.dumps(data)
    columns = (name, actor, "gift", str(subject_id), as_text, fields["at"], commit, 2)
    findings: list[verification.Finding] = []
    check = events.EventCheck(findings)
    check(str(id_), leaf, *columns)
    assert findings == []
    check(str(id_), leaf, name + "x", *columns[1:])
    assert [finding.kind for finding in findings] == ["edited"]
