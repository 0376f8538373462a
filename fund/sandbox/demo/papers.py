"""Papers of the demo world: white pages that say what they stand for, and nothing else."""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

from fund.survivors.documents import Upload, accept_upload


@lru_cache
def paper(document_class: str, pages: int = 1) -> Upload:
    """A PDF that says "Practice" and its class."""
    sheets = []
    for page in range(1, pages + 1):
        sheet = Image.new("L", (420, 594), "white")
        ImageDraw.Draw(sheet).text((40, 40), f"Practice paper: {document_class}, page {page}")
        sheets.append(sheet)
    content = BytesIO()
    sheets[0].save(content, "PDF", save_all=True, append_images=sheets[1:])
    return accept_upload(f"{document_class}.pdf", content.getvalue())
