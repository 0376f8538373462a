"""A figure of the bench, as the table and the JSON show it."""


def row(name: str, value: float, unit: str, goal: str | None) -> dict[str, object]:
    """`goal` is what we promise, such as `<= 200`; None for what is only shown."""
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal}
