"""A figure of the bench, as the table and the JSON show it."""

import json
import sys

from config.settings import VAR


def row(name: str, value: float | str, unit: str, goal: str | None) -> dict[str, object]:
    """`goal` is what we promise, such as `<= 200`; None for what is only shown.

    `value` is words where something could not be measured.
    """
    shown = value if isinstance(value, str) else round(value, 3)
    return {"name": name, "value": shown, "unit": unit, "goal": goal}


def report(rows: list[dict[str, object]]) -> None:
    """Print the table and write `var/bench/results.json`."""
    width = max(len(str(each["name"])) for each in rows) + 2
    for each in rows:
        sys.stdout.write(
            f"{each['name']:<{width}}{each['value']!s:>12} {each['unit']:<12}"
            f"{each['goal'] or '':>10}\n"
        )
    target = VAR / "bench" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(rows, indent=1, ensure_ascii=False))
