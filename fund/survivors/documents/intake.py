"""What arrives as a file: known by its content, refused with the reason, photographs made plain.

A photograph becomes a JPEG that holds the picture and nothing else: no place, no camera, no time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from fund.errors import Refused

LARGEST_BYTES = 15 * 1024 * 1024
LONGEST_SIDE = 2000
MOST_PIXELS = 60_000_000  # a 200-megabyte picture in memory; phones make up to 50 megapixels
JPEG_QUALITY = 80

_EXTENSIONS = {
    "PDF": {".pdf"},
    "JPEG": {".jpg", ".jpeg", ".jfif"},
    "PNG": {".png"},
    "HEIF": {".heic", ".heif"},
}
_MIME_KINDS = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}

register_heif_opener()


@dataclass(frozen=True)
class Upload:
    """A file fit to be stored: `kind` is `pdf` or `image`."""

    kind: str
    content_type: str
    content: bytes
    pages: int


def accept_upload(filename: str, content: bytes) -> Upload:
    """Make what was sent fit to be stored.

    Raises Refused: document_empty, document_too_large, document_wrong_type, document_misnamed,
    document_damaged, document_locked or document_too_many_pixels.
    """
    if not content:
        raise _refused("document_empty")
    if len(content) > LARGEST_BYTES:
        raise _refused("document_too_large")
    kind = _sniff(content)
    extension = PurePath(filename).suffix.lower()
    if extension not in _EXTENSIONS[kind]:
        raise _refused("document_misnamed")
    if kind == "PDF":
        return Upload("pdf", "application/pdf", content, _count_pages(content))
    return Upload("image", "image/jpeg", _plain_jpeg(content, kind), 1)


def _sniff(content: bytes) -> str:
    # puremagic takes HEIC for a film, so its brand is read here.
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "HEIF"
    try:
        kind = _MIME_KINDS.get(puremagic.from_string(content, mime=True))
    except puremagic.PureError:
        kind = None
    if kind is None:
        raise _refused("document_wrong_type")
    return kind


def _plain_jpeg(content: bytes, kind: str) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=[kind]) as photograph:
            if photograph.width * photograph.height > MOST_PIXELS:
                raise _refused("document_too_many_pixels")
            photograph.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(photograph)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            # A fresh picture takes over no metadata; see-through parts become white paper.
            plain = Image.new("RGB", upright.size, "white")
            plain.paste(upright.convert("RGBA"), mask=upright.convert("RGBA"))
    except Image.DecompressionBombError:
        raise _refused("document_too_many_pixels")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _refused("document_damaged")
    answer = BytesIO()
    plain.save(answer, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return answer.getvalue()


def _count_pages(content: bytes) -> int:
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted or any(_programs(reader)):
            raise _refused("document_locked")
        pages = len(reader.pages)
    # A broken PDF can fail in any of pypdf's parts.
    except (PyPdfError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        raise _refused("document_damaged")
    if pages == 0:
        raise _refused("document_damaged")
    return pages


def _programs(reader: PdfReader) -> Iterator[bool]:
    """Whether the document runs a program or starts one when opened."""
    root = reader.root_object
    names, action = root.get("/Names"), root.get("/OpenAction")
    yield "/AA" in root or any("/AA" in page for page in reader.pages)
    for place in (names, action):
        found = place.get_object() if place is not None else None
        if isinstance(found, dict):
            yield "/JavaScript" in found or found.get("/S") in ("/JavaScript", "/Launch")


def _refused(code: str) -> Refused:
    return Refused(code, field="file")
