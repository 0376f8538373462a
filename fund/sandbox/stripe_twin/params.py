"""Form-encoded parameters as Stripe takes them, and a small vocabulary to say what is accepted.

A field is a function of (raw value, its name in Stripe's notation) that gives the typed value
or raises; raw values are text from a form or plain JSON from the control surface.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from .errors import StripeError

Field = Callable[[Any, str], Any]
_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def parse(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0][c]=x` as nested dicts; `a[]=x` counts up. Lists stay dicts until a field asks."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.match(name)
        if match is None:
            raise refusal(f"Invalid parameter name: {name}", name)
        keys = [match[1], *re.findall(r"\[([^\]]*)\]", match[2])]
        node = tree
        for key in keys[:-1]:
            node = node.setdefault(key or str(len(node)), {})
            if not isinstance(node, dict):
                raise refusal(f"Invalid {name}", name)
        node[keys[-1] or str(len(node))] = value
    return tree


def refusal(message: str, param: str, code: str | None = None) -> StripeError:
    return StripeError(message, param=param, code=code, is_validation=True)


def text(max_length: int = 5000) -> Field:
    def field(value: Any, name: str) -> str:
        if not isinstance(value, str):
            raise refusal(f"Invalid string: {value}", name)
        if value == "":
            raise refusal(
                f"You passed an empty string for '{name}'.", name, "parameter_invalid_empty"
            )
        if len(value) > max_length:
            raise refusal(
                f"Invalid string: must be at most {max_length} characters",
                name,
                "parameter_invalid_string_too_long",
            )
        return value

    return field


def clearable(max_length: int = 5000) -> Field:
    """Text that an empty string takes away."""

    def field(value: Any, name: str) -> str | None:
        taken: str | None = None if value == "" else text(max_length)(value, name)
        return taken

    return field


def emptied(of: Field) -> Field:
    """A group of fields that an empty string takes away."""

    def field(value: Any, name: str) -> Any:
        return None if value == "" else of(value, name)

    return field


def integer(minimum: int | None = None, maximum: int | None = None) -> Field:
    def field(value: Any, name: str) -> int:
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,18}", str(value)):
            raise refusal(f"Invalid integer: {value}", name, "parameter_invalid_integer")
        number = int(value)
        if minimum is not None and number < minimum:
            raise refusal(
                f"This value must be greater than or equal to {minimum}.",
                name,
                "parameter_invalid_integer",
            )
        if maximum is not None and number > maximum:
            raise refusal(
                f"This value must be less than or equal to {maximum}.",
                name,
                "parameter_invalid_integer",
            )
        return number

    return field


def boolean(value: Any, name: str) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise refusal(f"Invalid boolean: {value}", name)


def choice(*options: str) -> Field:
    def field(value: Any, name: str) -> str:
        if value not in options:
            listed = ", ".join(options)
            raise refusal(f"Invalid {name}: must be one of {listed}", name)
        return str(value)

    return field


def web_address(value: Any, name: str) -> str:
    if not isinstance(value, str) or not re.match(r"https?://[^\s/]", value):
        raise refusal("Not a valid URL", name, "url_invalid")
    return value


def email(value: Any, name: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise refusal(f"Invalid email address: {value}", name, "email_invalid")
    return value


def fields(*, required: tuple[str, ...] = (), **known: Field) -> Field:
    """A group of named fields; an unknown or a missing one is refused by name."""

    def field(value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise refusal("Invalid object", name)
        full = {key: f"{name}[{key}]" if name else key for key in {*value, *required}}
        for key in value:
            if key not in known:
                raise refusal(
                    f"Received unknown parameter: {full[key]}", full[key], "parameter_unknown"
                )
        for key in required:
            if key not in value:
                raise refusal(
                    f"Missing required param: {full[key]}.", full[key], "parameter_missing"
                )
        return {key: known[key](item, full[key]) for key, item in value.items()}

    return field


def items(of: Field, *, at_most: int = 100) -> Field:
    def field(value: Any, name: str) -> list[Any]:
        listed = value
        if isinstance(value, dict) and all(key.isdigit() for key in value):
            listed = [value[key] for key in sorted(value, key=int)]
        if not isinstance(listed, list):
            raise refusal("Invalid array", name)
        if len(listed) > at_most:
            raise refusal(f"Array too long: at most {at_most} items", name)
        return [of(item, f"{name}[{place}]") for place, item in enumerate(listed)]

    return field


def metadata(value: Any, name: str) -> dict[str, str]:
    """Up to fifty keys; an empty value takes a key away, and the empty string all of them."""
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise refusal("Metadata must be a hash.", name)
    if len(value) > 50:
        raise refusal("You can only have up to 50 metadata keys.", name)
    for key, item in value.items():
        if len(key) > 40:
            raise refusal("Metadata keys can be up to 40 characters long.", f"{name}[{key}]")
        if not isinstance(item, str) or len(item) > 500:
            raise refusal("Metadata values can be up to 500 characters.", f"{name}[{key}]")
    return value


def merged(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Stripe page "Metadata": keys are merged, an empty value takes its key away."""
    return {key: value for key, value in {**old, **new}.items() if value != ""}


def moments(value: Any, name: str) -> dict[str, int]:
    """A moment, or a range by gt, gte, lt, lte, as `created` takes it."""
    if isinstance(value, dict):
        bounds: dict[str, int] = fields(gt=integer(), gte=integer(), lt=integer(), lte=integer())(
            value, name
        )
        return bounds
    moment = integer()(value, name)
    return {"gte": moment, "lte": moment}


EXPAND = items(text(), at_most=20)
