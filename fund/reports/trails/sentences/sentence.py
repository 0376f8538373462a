"""What an event says: a short title, and a sentence with its public fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Sentence:
    """`words`: field -> what its codes are called. `instead`: what is said where a field has a
    value of its own, as (field, value as text) -> msgid; "None" where it is left empty.
    """

    title: str
    text: str
    words: Words = field(default_factory=dict)
    instead: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def texts(self) -> list[str]:
        """Every text that may be said."""
        return [self.text, *self.instead.values()]
