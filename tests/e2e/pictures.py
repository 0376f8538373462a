"""Pictures of the guide, small enough for a repository; and the README's, put together from them.

`python -m tests.e2e.pictures` puts the README's together after `make guide` has taken the screens.
"""

import io

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Page

from config.settings import ROOT, VAR
from tests.e2e.conftest import SIZES
from tests.e2e.screens import IMAGES, Screen

COLOURS = 64
LEAST_HEIGHT = 420
MARGIN = 32
RAW = VAR / "guide"  # before their colours are counted: what the README's picture is made of
README_PICTURE = ROOT / "docs/picture.png"


def take(page: Page, screen: Screen, language: str) -> None:
    """Photograph what is open, down to where its content ends."""
    width, height = SIZES[screen.size]
    end = page.evaluate("document.querySelector('main').lastElementChild"
                        ".getBoundingClientRect().bottom")  # fmt: skip
    clip = {"x": 0, "y": 0, "width": width, "height": min(max(end + MARGIN, LEAST_HEIGHT), height)}
    shot = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
    RAW.mkdir(parents=True, exist_ok=True)
    shot.save(RAW / screen.image(language))
    IMAGES.mkdir(parents=True, exist_ok=True)
    reduced(shot, COLOURS).save(IMAGES / screen.image(language), optimize=True)


def reduced(picture: Image.Image, colours: int) -> Image.Image:
    """The same in so few colours that it stays small; text keeps its edges."""
    return picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
