"""Whether a request and its answer are what Stripe describes.

Stripe's description is OpenAPI 3.0; its schemas become JSON Schema on the way, one at a time,
as they are needed. Fields that Stripe does not describe are faults too: they are misspellings.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .description import stripe_description

_KEPT = {"type", "enum", "maxLength", "pattern", "minimum", "required"}
_PREFIX = "stripe:"


class CheckedClient(stripe.RequestsClient):
    """The library's HTTP client, which lets nothing pass that breaks the description."""

    def __init__(self) -> None:
        super().__init__(timeout=20)
        self.seen: set[tuple[str, str]] = set()

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        body, status, answered = super().request(method, url, headers, post_data)
        self.seen.add(check_exchange(method, url, post_data, status, body))
        return body, status, answered


def check_exchange(
    method: str, url: str, post_data: str | None, status: int, body: str | bytes
) -> tuple[str, str]:
    """The described operation of a request; it and its answer must fit."""
    address = urlsplit(url)
    template = operation_for(method, address.path)
    check_request(method, template, post_data or address.query)
    check_answer(method, template, status, json.loads(body))
    return method, template


def operation_for(method: str, path: str) -> str:
    """The described path that `path` is an instance of."""
    fitting = [
        template
        for template, operations in stripe_description()["paths"].items()
        if method in operations and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path)
    ]
    # `/v1/balance/history` also looks like an instance of a path with a name in it.
    return min(fitting, key=lambda template: template.count("{"))


def check_request(method: str, template: str, sent: str) -> None:
    operation = stripe_description()["paths"][template][method]
    if method in ("post", "delete"):
        content = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]
        schema = content["schema"]
    else:
        described = [p for p in operation.get("parameters", []) if p["in"] == "query"]
        schema = {
            "type": "object",
            "properties": {p["name"]: p["schema"] for p in described},
            "required": [p["name"] for p in described if p.get("required")],
        }
    _check(_json_schema(schema), _typed(_nested(sent), schema), f"request {method} {template}")


def check_answer(method: str, template: str, status: int, body: Any) -> None:
    answers = stripe_description()["paths"][template][method]["responses"]
    schema = answers["200" if status == 200 else "default"]["content"]["application/json"]["schema"]
    _check(_json_schema(schema), body, f"answer {status} of {method} {template}")


def check_object(body: Mapping[str, Any]) -> None:
    """Any object by its own name, for what arrives in a webhook."""
    _check({"$ref": _PREFIX + body["object"]}, body, body["object"])


def _check(schema: Any, instance: Any, what: str) -> None:
    validator = Draft202012Validator(schema, registry=_registry())
    error = best_match(validator.iter_errors(instance))
    assert error is None, f"{what}: {error.json_path}: {error.message[:400]}"


@cache
def _registry() -> Registry[Any]:
    described = stripe_description()["components"]["schemas"]

    def retrieve(uri: str) -> Resource[Any]:
        schema = _json_schema(described[uri.removeprefix(_PREFIX)])
        return Resource.from_contents(schema, default_specification=DRAFT202012)

    return Registry(retrieve=cache(retrieve))


def _json_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        made: dict[str, Any] = {"$ref": _PREFIX + schema["$ref"].rpartition("/")[2]}
    else:
        made = {key: schema[key] for key in _KEPT & schema.keys()}
        if "anyOf" in schema:
            made["anyOf"] = [_json_schema(option) for option in schema["anyOf"]]
        if "items" in schema:
            made["items"] = _json_schema(schema["items"])
        if "properties" in schema:
            made["properties"] = {k: _json_schema(v) for k, v in schema["properties"].items()}
            made["additionalProperties"] = False
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            made["additionalProperties"] = _json_schema(extra)
        elif extra is not None:
            made["additionalProperties"] = extra
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


def _nested(sent: str) -> dict[str, Any]:
    """A form as nested dicts; written apart from the twin's own reader, to check it too."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(sent, keep_blank_values=True):
        first, *rest = name.replace("]", "").split("[")
        node = tree
        for key, following in zip([first, *rest], rest, strict=False):
            node = node.setdefault(key, {})
            assert following is not None
        node[[first, *rest][-1]] = value
    return tree


def _typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """Form text as the types that the description asks for, where it reads so."""
    if "anyOf" in schema:
        for option in schema["anyOf"]:
            typed = _typed(value, option)
            if Draft202012Validator(_json_schema(option)).is_valid(typed):
                return typed
        return value
    kind = schema.get("type")
    if kind == "integer" and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "array" and isinstance(value, dict):
        return [_typed(value[key], schema["items"]) for key in sorted(value, key=int)]
    if kind == "object" and isinstance(value, dict):
        known = schema.get("properties", {})
        return {key: _typed(item, known.get(key, {})) for key, item in value.items()}
    return value
