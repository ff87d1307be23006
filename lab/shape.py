"""The shape of a file's data: pydantic does the checking, the words and the lines are the lab's."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import core_schema

from lab.document import Problem, brief, described, dotted
from lab.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import ErrorDetails

    from lab.document import Document, Loc, Value

_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
}


class Form(BaseModel):
    """Some keys and values as a person writes them; a key that has no field is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def keys(cls) -> list[str]:
        """The keys one may write."""
        return [field.alias or name for name, field in cls.model_fields.items()]


FormT = TypeVar("FormT", bound=Form)


@dataclass(frozen=True)
class Shaped:
    """Annotates a text that must match a pattern from end to end; `means` completes "is not …"."""

    pattern: str
    means: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _checked(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"{brief(text)} is not {self.means}")
        return text


def check(
    document: Document,
    data: Any,
    form: type[FormT],
    keys_at: Callable[[Loc], list[str]],
    reasons: Mapping[str, str] | None = None,
) -> tuple[FormT | None, list[Problem]]:
    """`data` of the document as a form, and all that is wrong with its shape.

    Unknown keys alone do not stop the form from being made: what else is wrong can still be found. `keys_at` gives the
    keys allowed at a place, where parts in <angle brackets> name a form chosen among several; `reasons` say why some
    keys are refused.
    """
    try:
        return form.model_validate(data), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    problems = [_problem(document, error, keys_at, reasons or {}) for error in errors]
    unknown = [_place(error["loc"]) for error in errors if error["type"] == "extra_forbidden"]
    try:
        return form.model_validate(_without(data, unknown)), problems
    except ValidationError:
        return None, problems


def _problem(
    document: Document, error: ErrorDetails, keys_at: Callable[[Loc], list[str]], reasons: Mapping[str, str]
) -> Problem:
    loc = _place(error["loc"])
    if error["type"] == "missing":
        return document.problem(loc[:-1], f"{loc[-1]!r} is missing")
    if error["type"] == "extra_forbidden":
        key = str(loc[-1])
        reason = f": {reasons[key]}" if key in reasons else did_you_mean(key, keys_at(error["loc"][:-1]))
        refusal = "not here" if key in reasons else "no such key"
        return Problem(document.key_line(loc), dotted(loc), f"{refusal}{reason}")
    if error["loc"][-1:] == ("[key]",):
        return Problem(document.key_line(loc), dotted(loc), _said(error))
    if error["type"] in _WANTED and (value := document.find(loc)):
        return document.problem(loc, _unwanted(_WANTED[error["type"]], value))
    return document.problem(loc, _said(error))


def _unwanted(wanted: str, value: Value) -> str:
    """What stands there instead; and how to write it when YAML took a text for something else."""
    if wanted == "text" and value.text and not value.style:
        return f'`{value.text}` unquoted means {_taken_for(value.data)} in YAML: write "{value.text}"'
    return f"expected {wanted}, found {described(value)}"


def _taken_for(data: Any) -> str:
    if isinstance(data, dict):
        return "a mapping"
    return {"True": "true", "False": "false", "None": "nothing"}.get(str(data), "a number")


def _said(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            allowed = re.findall(r"'([^']*)'", context["expected"])
            return f"no such word: {brief(error['input'])}{did_you_mean(str(error['input']), allowed)}"
        case "too_short":
            return "nothing stands here; at least one is needed"
        case "too_long":
            return f"{context['actual_length']} stand here; at most {context['max_length']} can"
        case _:
            return error["msg"]


def _place(loc: Loc) -> Loc:
    """Where in the file: without the names of forms chosen among several, and without pydantic's mark of a bad key."""
    return tuple(key for key in loc if key != "[key]" and not re.fullmatch("<.*>", str(key)))


def _without(data: Any, unknown: list[Loc]) -> Any:
    rest = copy.deepcopy(data)
    for loc in unknown:
        holder = rest
        for key in loc[:-1]:
            holder = holder[key]
        holder.pop(loc[-1], None)
    return rest
