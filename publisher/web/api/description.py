"""What the interface for machines offers, as OpenAPI 3.1, told by the views themselves."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, jsonify
from werkzeug.routing import Rule

from publisher.web.api import api
from publisher.web.guard import permission

REFUSALS = {
    "401": "No key, or one that is no longer in force",
    "403": "The key's person lacks the right",
    "404": "Not there, or not within the key's reach",
    "422": "Refused: `error` says why, `field` which value",
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "field": {"type": ["string", "null"]}},
}


@api.get("/openapi.json")
@permission("public")
def openapi() -> Response:
    """Describe this interface; it holds no data, so it needs no key."""
    return jsonify(described(current_app))


def described(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of every view below /api/v1 that takes a key."""
    schemas: dict[str, Any] = {"Error": _ERROR}
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if rule.endpoint.startswith("api.") and hasattr(view, "right"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                paths.setdefault(path, {})[method.lower()] = _operation(rule, view, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "publisher", "version": "1", "description": "Keys are made with `publisher token add`."},
        "security": [{"key": []}],
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}, "schemas": schemas},
    }


def _operation(rule: Rule, view: Callable[..., Any], schemas: dict[str, Any]) -> dict[str, Any]:
    told = " ".join((view.__doc__ or "").split())
    summary, _stop, rest = told.partition(". ")
    done = "201" if "POST" in (rule.methods or ()) else "200"
    answers = {
        status: {
            "description": why,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        for status, why in REFUSALS.items()
    }
    found: dict[str, Any] = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": summary.rstrip("."),
        "parameters": [*_in_path(rule), *_in_query(view)],
        "responses": {done: {"description": "Done"}, **answers},
    }
    if rest:
        found["description"] = rest
    model = getattr(view, "takes", None)
    if model is not None:
        schemas[model.__name__] = model.model_json_schema()
        schema = {"$ref": f"#/components/schemas/{model.__name__}"}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _in_path(rule: Rule) -> list[dict[str, Any]]:
    kinds = {
        name: "integer" if converter == "int" else "string"
        for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", rule.rule)
    }
    return [{"name": name, "in": "path", "required": True, "schema": {"type": kind}} for name, kind in kinds.items()]


def _in_query(view: Callable[..., Any]) -> list[dict[str, Any]]:
    asked: dict[str, str] = getattr(view, "query", {})
    return [{"name": name, "in": "query", "schema": {"type": "string", "format": form}} for name, form in asked.items()]
