"""Papers: typst templates filled with data, tagged for screen readers (PDF/UA), the same each time.

A template is `templates/pdf/<name>.typ`. It begins with `#import "_base.typ": *` and finds what it
was given as `data`, a dictionary; texts arrive translated, amounts and days as they are to be read.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fontpkg_noto_sans_thai
import typst

from config.settings import ROOT
from fund import i18n

TEMPLATES = ROOT / "templates" / "pdf"
FONTS = Path(fontpkg_noto_sans_thai.ROOT)


def compile_pdf(name: str, data: Mapping[str, Any], *, language: str) -> bytes:
    """The paper `name` in `language`, as a PDF. `data` is whatever JSON can say.

    No clock, no network and no font of this machine takes part: equal data give equal bytes.
    Raises typst.TypstError if the template and the data do not fit.
    """
    if language not in i18n.LANGUAGES:
        raise ValueError(f"no such language: {language}")
    paper: bytes = typst.compile(
        TEMPLATES / f"{name}.typ",
        root=TEMPLATES,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False), "language": language},
        pdf_standards=["ua-1"],
    )
    return paper
