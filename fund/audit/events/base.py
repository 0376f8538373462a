"""What an event is, and which kinds of subject it may have."""

import re
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

SUBJECTS = frozenset(
    {"setup", "office", "fund", "journal", "period", "checkpoint", "staff"}
    | {"survivor", "consent", "document", "application", "award", "instalment", "evidence"}
    | {"payee", "run", "payment", "donor", "gift", "plan", "receipt", "annual_statement"}
    | {"entry", "rate", "campaign", "gift_import", "frame_origin"}
)
EVENTS: dict[str, type["Event"]] = {}

_PLAIN = re.compile(r"[!-~]{0,200}")
_LARGEST = 2**53 - 1  # beyond it JSON readers disagree (RFC 8785, section 3.2.2.3)


@dataclass(frozen=True)
class Event:
    """Something that happened to the subject `subject_id`, whose kind each class names."""

    subject_id: UUID

    name: ClassVar[str]
    subject: ClassVar[str]

    def __init_subclass__(cls, *, subject: str) -> None:
        if subject not in SUBJECTS:
            raise ValueError(f"{cls.__name__}: no such kind of subject: {subject}")
        cls.subject = subject
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        if EVENTS.setdefault(cls.name, cls) is not cls:
            raise ValueError(f"{cls.name} is declared twice")

    def data(self) -> dict[str, Any]:
        """The public fields, ready for JSON. Raises ValueError for what does not belong there."""
        return {
            field.name: _as_json(field.name, getattr(self, field.name))
            for field in fields(self)
            if field.name != "subject_id"
        }


def check_plain(name: str, value: str) -> None:
    """Raise ValueError unless `value` is a code: a name or a sentence would not pass."""
    if not _PLAIN.fullmatch(value):
        raise ValueError(f"{name}: not a public value")


def instant(moment: datetime) -> str:
    """`2026-11-24T03:00:00.000000Z` (RFC 3339, UTC, microseconds), as leaves write a time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _as_json(name: str, value: object) -> Any:
    match value:
        case None | bool():
            return value
        case int() if abs(value) <= _LARGEST:
            return value
        case str():
            check_plain(name, value)
            return str(value)
        case UUID():
            return str(value)
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return [_as_json(name, item) for item in value]
    raise ValueError(f"{name}: not a public value")
