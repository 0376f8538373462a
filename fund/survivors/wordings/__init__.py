"""The texts that are read before somebody consents, as the fund starts with them.

They live in `vault.consent_wording`; a better text is a new version there, and what was read to
whom stays on record.
"""

from pathlib import Path

# (kind, language) -> text; its paragraphs are separated by an empty line.
START: dict[tuple[str, str], str] = {
    (path.name.split(".")[0], path.name.split(".")[1]): path.read_text(encoding="utf-8").strip()
    for path in sorted(Path(__file__).parent.glob("*.txt"))
}
