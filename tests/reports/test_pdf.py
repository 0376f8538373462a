"""Papers are readable in Thai, by machines too, and the same each time."""

import re
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from fund import pdf

TEMPLATE = """#import "_base.typ": *
#show: paper.with(title: data.title, footer: data.footer)
#facts(data.facts)
#figures(data.head, data.rows, total: data.total)
"""
DATA = {
    "title": "ใบเสร็จรับเงิน",
    "footer": "NZ-2026-00012",
    "facts": [["จำนวนเงิน", "NZ$50"], ["กองทุน", "การศึกษา"]],
    "head": ["รายการ", "บาท"],
    "rows": [["ค่าเล่าเรียน", "8,500"], ["#set page()", "1"]],
    "total": ["รวม", "8,501"],
}


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "sample.typ").write_text(TEMPLATE)
    (tmp_path / "_base.typ").write_bytes((pdf.TEMPLATES / "_base.typ").read_bytes())
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)
    return "sample"


def test_a_paper_holds_its_thai_text_and_says_its_language(paper: str):
    read = pypdf.PdfReader(BytesIO(pdf.compile_pdf(paper, DATA, language="th")))
    (page,) = read.pages
    # Letters drawn from several glyphs say what they are, so that they can be read and searched.
    said = re.findall(rb"/ActualText<FEFF([0-9A-F]+)>", page.get_contents().get_data())
    spelled = [bytes.fromhex(word.decode()).decode("utf-16-be") for word in said]
    assert {"ร็", "รั", "จำ", "ทุ", "ศึ"} <= set(spelled)
    text = page.extract_text()
    assert "8,501" in text
    assert "#set page()" in text  # what is put in is text, never a command
    assert read.metadata is not None
    assert read.metadata.title == "ใบเสร็จรับเงิน"
    root = read.trailer["/Root"]
    assert root["/Lang"] == "th"
    assert bool(root["/MarkInfo"]["/Marked"])


def test_the_same_paper_is_the_same_to_the_byte(paper: str):
    first = pdf.compile_pdf(paper, DATA, language="en")
    assert pdf.compile_pdf(paper, DATA, language="en") == first


def test_a_language_we_do_not_speak_is_an_error(paper: str):
    with pytest.raises(ValueError, match="no such language"):
        pdf.compile_pdf(paper, DATA, language="xx")
