"""Pictures of the guide, small enough for a repository; and the README's, put together from them.

`python -m tests.e2e.pictures` makes the README's, after `make guide` took the screens.
"""

import io

from PIL import Image, ImageDraw
from playwright.sync_api import Page

from config.settings import ROOT, VAR
from tests.e2e.conftest import SIZES
from tests.e2e.screens import IMAGES, Screen

COLOURS = 64
LEAST_HEIGHT = 420
MARGIN = 32
RAW = VAR / "guide"  # as photographed: what the README's picture is made of

README_PICTURE = ROOT / "docs/picture.png"
README_SCREENS = ("give", "caseworker-home", "committee-dossier", "auditor-trail")
CARD = (780, 500)
GAP = 28
CORNER = 12
PAPER, LINE = "#f3efe7", "#d8d1c4"
END_OF_CONTENT = "document.querySelector('main').lastElementChild.getBoundingClientRect().bottom"


def take(page: Page, screen: Screen, language: str) -> None:
    """Photograph what is open, down to where its content ends."""
    page.wait_for_load_state("networkidle")  # a receipt's page still checks the proof by itself
    width, height = SIZES[screen.size]
    end = page.evaluate(END_OF_CONTENT)
    if screen.size == "desktop":
        height = min(max(end + MARGIN, LEAST_HEIGHT), height)
    clip = {"x": 0, "y": page.evaluate("scrollY"), "width": width, "height": height}
    shot = Image.open(io.BytesIO(page.screenshot(clip=clip, full_page=True))).convert("RGB")
    RAW.mkdir(parents=True, exist_ok=True)
    shot.save(RAW / screen.image(language))
    IMAGES.mkdir(parents=True, exist_ok=True)
    reduced(shot, COLOURS).save(IMAGES / screen.image(language), optimize=True)


def reduced(picture: Image.Image, colours: int) -> Image.Image:
    """The same in so few colours that it stays small; without dither text keeps its edges."""
    return picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def compose() -> None:
    """Four screens, two by two, on paper."""
    columns = 2
    rows = len(README_SCREENS) // columns
    width, height = CARD
    picture = Image.new("RGB", (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP), PAPER)
    for place, name in enumerate(README_SCREENS):
        row, column = divmod(place, columns)
        corner = (GAP + column * (width + GAP), GAP + row * (height + GAP))
        picture.paste(card(Image.open(RAW / f"{name}.en.png")), corner, rounded())
        box = (*corner, corner[0] + width - 1, corner[1] + height - 1)
        ImageDraw.Draw(picture).rounded_rectangle(box, CORNER, outline=LINE, width=1)
    reduced(picture, 4 * COLOURS).save(README_PICTURE, optimize=True)


def card(shot: Image.Image) -> Image.Image:
    """The upper part of a screen, as wide as a card; what is missing below is its own paper."""
    width, height = CARD
    wanted = shot.width * height // width
    whole = Image.new("RGB", (shot.width, wanted), shot.getpixel((shot.width - 1, shot.height - 1)))
    whole.paste(shot, (0, 0))
    return whole.resize(CARD, Image.Resampling.LANCZOS)


def rounded() -> Image.Image:
    mask = Image.new("L", CARD, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, CARD[0] - 1, CARD[1] - 1), CORNER, fill=255)
    return mask


if __name__ == "__main__":
    compose()
