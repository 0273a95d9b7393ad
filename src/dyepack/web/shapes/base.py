"""What every declared answer shares."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Amount = Annotated[
    str,
    Field(pattern=r"^-?[0-9]+$", description="An exact whole number of base units (of dollars: millionths), as text."),
]
Share = Annotated[float, Field(description="A fraction; for reading, never for reckoning with amounts.")]
Slug = Annotated[str, Field(description="An incident: date and victim.")]


class Shape(BaseModel):
    """An object of which every field is declared."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Sparse(Shape):
    """An object whose fields with a default are there only where they say something."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)


class Trouble(Shape):
    """What went wrong, in one line, where, and what to do next."""

    kind: str
    message: str
    where: str | None
    next: str | None


class Failure(Shape):
    """Every error has this form."""

    error: Trouble


def told(model: Any, *, sheet: bool = False, **more: Any) -> dict[str, Any]:
    """How an endpoint declares its answer; with `sheet`, that there is CSV and Parquet of it too."""
    content: dict[str, Any] = {"text/csv": {"schema": {"type": "string"}}} if sheet else {}
    if sheet:
        content["application/vnd.apache.parquet"] = {"schema": {"type": "string", "format": "binary"}}
    answers: dict[int, Any] = {200: {"content": content, "description": "The answer."}} if content else {}
    unchanged = {304: {"description": "What the asker has, by its ETag, is still the answer."}}
    return {"response_model": model, "responses": {**answers, **unchanged}, **more}
