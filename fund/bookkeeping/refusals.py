"""The words of this room's error codes."""

TEXTS: dict[str, str] = {}
