"""The fund bar: what is committed, what others ask, what this asks, what is left; as a picture.

A picture in a `data:` address, because the pages' policy lets no style stand in them.
"""

from urllib.parse import quote

from fund.committee.queries import FundBar

WIDTH, HEIGHT = 308, 12
# Committed, others, this, left: the three tints of the look on its sand.
FILLS = ("#9cc4c0", "#dcb28d", "#0b5d5e", "#e8e2d8")


def draw(bar: FundBar) -> str:
    """The address of the picture."""
    parts = [
        bar.committed.amount_minor,
        bar.others.amount_minor,
        bar.this.amount_minor,
        max(bar.left.amount_minor, 0),
    ]
    whole = sum(parts) or 1
    rectangles, left = [], 0.0
    for part, fill in zip(parts, FILLS, strict=True):
        width = WIDTH * part / whole
        rectangles.append(
            f'<rect x="{left:.2f}" width="{width:.2f}" height="{HEIGHT}" fill="{fill}"/>'
        )
        left += width
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<clipPath id="c"><rect width="{WIDTH}" height="{HEIGHT}" rx="{HEIGHT / 2}"/></clipPath>'
        f'<g clip-path="url(#c)">{"".join(rectangles)}</g></svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"
