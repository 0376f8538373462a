"""One thing that waits on a person: what the home page of each role is made of."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Waiting:
    """`section`, `title`, `note` and `action` are msgids (with `params`) translated by the page."""

    section: str
    title: str
    endpoint: str
    action: str
    code: str = ""
    note: str = ""
    due_on: date | None = None
    values: dict[str, object] = field(default_factory=dict)
    params: dict[str, object] = field(default_factory=dict)
