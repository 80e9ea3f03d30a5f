"""How refusals look in the API's own description: one schema, every status a route may answer with."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from server.errors import TITLES

SCHEMA_NAME = "Problem"
STATUSES = (400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 421, 422, 428, 429, 431, 503, 507)


class FieldProblem(BaseModel):
    """Where in what was sent, and what is wrong there."""

    loc: list[str]
    type: str
    message: dict[str, str]


class Problem(BaseModel):
    """RFC 9457 problem details; `message` and `fix` speak zh-CN and en."""

    type: str = Field(examples=["/problems/slot_taken"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    code: str = Field(examples=["slot_taken"], description="Stable; programs decide on this")
    message: dict[str, str]
    fix: dict[str, str]
    details: dict[str, Any]
    errors: list[FieldProblem] = Field(default_factory=list)


def describe(openapi: dict[str, Any]) -> dict[str, Any]:
    """Put the problem responses on every operation of an OpenAPI document, in place of the framework's own."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas = openapi["components"]["schemas"]
    schemas |= schema.pop("$defs", {}) | {SCHEMA_NAME: schema}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{SCHEMA_NAME}"}}}
    for path in openapi["paths"].values():
        for operation in path.values():
            for status in STATUSES:
                operation["responses"][str(status)] = {"description": TITLES[status], "content": content}
    return openapi
