"""What every letter is made of."""

import io
from dataclasses import dataclass

import segno


@dataclass(frozen=True)
class Letter:
    """A mail, ready to go."""

    to: str
    subject: str
    text: str
    html: str
    language: str
    filename: str
    pdf: bytes


def qr_code(text: str) -> str:
    """A code that leads to `text`, as a drawing (SVG)."""
    drawing = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", border=0, dark="#1d2a2c")
    return drawing.getvalue().decode()
