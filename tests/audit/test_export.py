"""A part of the log, taken along as a file, is proven whole: nothing can be missing from it."""

import json
import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fund import db
from fund.audit import exports, merkle, verify
from fund.people.models import Staff
from fund.permissions import Role
from tests.audit.factories import NOW, Hashes, record_gift, sequence_all, sign
from tests.audit.test_merkle import LEAVES, naive
from tests.people.factories import make_staff

DAY = timedelta(days=1)


@pytest.fixture
def log(app, fresh_url):
    """Forty gifts on four days, signed over; and one that was not yet."""
    for number in range(4):
        with db.transaction() as session:
            for _ in range(10):
                record_gift(session, now=NOW + number * DAY)
    sequence_all()
    sign()
    with db.transaction() as session:
        record_gift(session, now=NOW + 4 * DAY)
    sequence_all()


def exported(first: object, last: object) -> list[str]:
    with db.reading() as session:
        span = exports.find_span(session, str(first), str(last))
    return list(exports.lines(span))


def check(lines: list[str], key: str | None = None) -> str:
    return verify.check(verify.read(lines[0]), key, lines=lines[1:])


@pytest.mark.parametrize(("first", "last"), [(0, 39), (0, 0), (39, 39), (7, 21), (16, 31)])
def test_any_range_verifies_against_the_signed_root(log, first, last):
    lines = exported(first, last)
    assert len(lines) == 1 + last - first + 1
    assert f"all entries from {first + 1} to {last + 1} of the 40" in check(lines)
    assert json.loads(lines[1])["leaf_index"] == first


def test_days_give_the_entries_of_those_days(log):
    lines = exported("2026-11-25", "2026-11-26")
    assert json.loads(lines[0])["range"] == [10, 30]
    ats = {json.loads(line)["event"]["at"][:10] for line in lines[1:]}
    assert ats == {"2026-11-25", "2026-11-26"}
    check(lines)


def test_a_file_of_which_anything_is_missing_or_changed_does_not_verify(log):
    lines = exported(5, 25)
    header, entries = verify.read(lines[0]), lines[1:]

    def with_header(**changed: object) -> list[str]:
        return [json.dumps({**header, **changed}), *entries]

    forged = {
        "one left out": lines[:9] + lines[10:],
        "the last left out": lines[:-1],
        "cut in the middle of a line": [*lines[:-1], lines[-1][:40]],
        "one twice": [*lines[:9], lines[8], *lines[9:]],
        "two swapped": [*lines[:9], lines[10], lines[9], *lines[11:]],
        "one more": [*lines, lines[-1]],
        "an amount": [line.replace("5000", "5001") for line in lines],
        "a salt": [lines[0], entries[0].replace('"payload_commit":"', '"payload_commit":"00')],
        "a word more": [*lines[:-1], lines[-1].replace('{"leaf', '{"note":"void","leaf')],
        "pairs": [*lines[:-1], json.dumps(list(json.loads(lines[-1]).items()))],
        "a shorter range": with_header(range=[5, 25]),
        "a range elsewhere": with_header(range=[6, 27]),
        "no range": with_header(range=[5, 5]),
        "a path": with_header(path=header["path"][::-1]),
        "a longer path": with_header(path=[*header["path"], "00" * 32]),
        "no path": with_header(path=[]),
        "a root": with_header(root="00" * 32),
        "a size": with_header(tree_size=39),
    }
    for name, changed in forged.items():
        with pytest.raises(verify.DoesNotVerify):
            pytest.fail(f"{name}: {check(changed)}")


@given(st.data(), st.integers(1, 1100))
@settings(max_examples=60)
def test_every_range_of_every_tree_leads_to_its_root(data, size):
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    path = merkle.range_path(Hashes(LEAVES), start, end, size)
    verify.check_range(LEAVES[start:end], start, end, size, path, naive(size))
    if end - start == 1:
        assert path == merkle.inclusion(Hashes(LEAVES), start, size)
    for wrong in ((LEAVES[start : end - 1], path), (LEAVES[start:end], [*path, LEAVES[0]])):
        with pytest.raises(verify.DoesNotVerify):
            verify.check_range(wrong[0], start, end, size, wrong[1], naive(size))


def test_the_command_prints_what_the_script_reads_line_by_line(log, app, tmp_path):
    done = app.test_cli_runner().invoke(args=["audit", "export", "--from", "3", "--to", "30"])
    assert done.exit_code == 0
    (tmp_path / "part.jsonl").write_text(done.output)
    key = json.loads(done.output.splitlines()[0])["public_key"]
    command = [sys.executable, "-I", verify.__file__, "part.jsonl", "--key", key]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert "all entries from 4 to 31 of the 40 in localhost/log" in run.stdout
    file = tmp_path / "written.jsonl"
    args = ["audit", "export", "--from", "3", "--to", "30", "--json"]
    told = app.test_cli_runner().invoke(args=[*args, "--output", str(file)])
    assert json.loads(told.stdout)["bytes"] == file.stat().st_size > 0
    assert file.read_text() == (tmp_path / "part.jsonl").read_text()
    assert app.test_cli_runner().invoke(args=args).exit_code == 2


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("5", "40", "no such entries among the 40"),
        ("9", "3", "no such entries among the 40"),
        ("2026-11-25", "2026-11-24", "The last day is before the first."),
        ("2020-01-01", "2020-01-02", "Nothing that was signed happened on these days."),
        ("0001-01-01", "9999-12-31", "Nothing that was signed happened on these days."),
        ("2026-13-01", "2026-11-24", "Give two days"),
        ("x", "y", "Give two days"),
        ("", "", "Give two days"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_the_command_says_in_a_line_what_was_asked_wrongly(
    log, app, tmp_path, first, last, why, more
):
    file = tmp_path / "kept.jsonl"
    file.write_text("an older export")
    args = ["audit", "export", "--from", first, "--to", last, "--output", str(file), *more]
    done = app.test_cli_runner().invoke(args=args)
    assert (done.exit_code, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert why in line
    assert file.read_text() == "an older export"


def test_a_log_without_a_signature_is_no_misuse(app, fresh_url):
    done = app.test_cli_runner().invoke(args=["audit", "export", "--from", "0", "--to", "1"])
    assert (done.exit_code, done.stdout) == (1, "Nothing was signed so far.\n")


def test_pages_are_read_one_after_the_other(log, monkeypatch):
    whole = exported(2, 38)
    monkeypatch.setattr(exports, "PAGE", 5)
    assert exported(2, 38) == whole


@pytest.fixture
def auditor(app, log, sign_in):
    def as_role(role: Role):
        with db.transaction() as session:
            staff: Staff = make_staff(session, role)
        return sign_in(app.test_client(), staff)

    return as_role


def test_an_auditor_takes_days_along_and_is_told_what_does_not_fit(auditor):
    browser = auditor(Role.AUDITOR)
    assert "Take a part of the log with you" in browser.get("/staff/log/export").text
    answer = browser.get("/staff/log/export?from=2026-11-24&to=2026-11-24")
    assert answer.content_type == "application/jsonl"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="log-1-10.jsonl"'
    assert "from 1 to 10 of the 40" in check(answer.text.splitlines())
    for query, words in (
        ("from=2026-11-25&to=2026-11-24", "The last day is before the first"),
        ("from=2020-01-01&to=2020-02-01", "Nothing that was signed happened"),
        ("from=0&to=40", "no such entries among the 40"),
        ("from=0001-01-01&to=9999-12-31", "Nothing that was signed"),
        ("from=soon&to=2026-11-24", "Give two days"),
        ("from=2026-11-24", "Give two days"),
    ):
        answer = browser.get(f"/staff/log/export?{query}")
        assert answer.status_code == 422
        assert words in answer.text


def test_days_are_those_of_thailand(log):
    with db.transaction() as session:
        record_gift(session, now=NOW.replace(hour=17))  # 25 November begins then in Bangkok
    sequence_all()
    sign()
    with db.reading() as session:
        span = exports.span_of_days(session, date(2026, 11, 25), date(2026, 11, 25))
    assert span.start == 10
    assert span.end > 41
