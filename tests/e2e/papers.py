"""Papers that the walks send: a photograph with a place in it, and a PDF."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import FilePayload


def _photo() -> bytes:
    content = BytesIO()
    photo = Image.new("RGB", (1200, 900), "#e8e2d4")
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    photo.save(content, "JPEG", exif=exif)
    return content.getvalue()


def _pdf() -> bytes:
    content = BytesIO()
    Image.new("L", (420, 594), "white").save(content, "PDF")
    return content.getvalue()


PHOTO = FilePayload(name="IMG_0001.jpg", mimeType="image/jpeg", buffer=_photo())
RECEIPT = FilePayload(name="receipt.pdf", mimeType="application/pdf", buffer=_pdf())
