"""One declaration for a step or a format: fields, ranges, texts, JSON schema and plain-language errors.

Built on msgspec structs.  Constructors of msgspec do not validate, so whatever comes from outside (recipe, form,
command line) goes through `convert`, which raises `SettingsError` with a sentence that names the field and its
range.
"""

from __future__ import annotations

import inspect
import math
import re
from typing import Any, ClassVar, TypeVar, dataclass_transform

import msgspec

from core import words


class SettingsError(ValueError):
    """A declared thing was given settings it can't have; the message is one plain sentence.

    `field` is the setting it is about, "" where it is about several.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def Param(  # noqa: N802 - reads as a declaration, `Annotated[float, Param(...)]`
    *,
    title: str,
    help: str = "",  # noqa: A002 - the word the declaration wants
    unit: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    step: float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    when: dict[str, list[str]] | None = None,
    choices: dict[str, str] | None = None,
) -> msgspec.Meta:
    """Describe one field: its title, help, unit, range, the step of its spin box, and when it is of use.

    `when` names other fields and the values at which this one counts; a form hides it otherwise.  `choices` says in
    words what the values of a Literal mean.  Returns a `msgspec.Meta`, because msgspec ignores anything else in
    `Annotated` without a word.
    """
    extra = {"x-unit": unit, "x-step": step, "x-when": when, "x-choices": choices}
    declared: Any = msgspec.Meta  # its overloads know no range whose ends are both optional
    meta: msgspec.Meta = declared(
        title=title,
        description=help or None,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        min_length=min_length,
        max_length=max_length,
        extra_json_schema={key: value for key, value in extra.items() if value},
    )
    return meta


@dataclass_transform(frozen_default=True, kw_only_default=True)
class DeclaredMeta(msgspec.StructMeta):
    """Makes every declared class frozen and keyword-only, and takes its tag from its module's name.

    A metaclass, because by the time of `__init_subclass__` msgspec has already fixed the struct's layout.
    """

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> Any:
        """Fix the struct's options; `concrete=False` marks a base class, which has no tag."""
        kwargs.setdefault("frozen", True)
        kwargs.setdefault("kw_only", True)
        kwargs.setdefault("forbid_unknown_fields", True)
        if kwargs.pop("concrete", True):
            kwargs.setdefault("tag", namespace["__module__"].rpartition(".")[2].replace("_", "-"))
        return super().__new__(mcs, name, bases, namespace, **kwargs)


class Declared(msgspec.Struct, metaclass=DeclaredMeta, concrete=False):
    """A step or a format.  The class docstring is its help text, the fields are its settings."""

    title: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    initial: ClassVar[dict[str, Any]] = {}
    """Settings of a new one in a form, where the defaults alone are not enough."""
    ways: ClassVar[dict[str, dict[str, Any]]] = {}
    """Settings of which one group is given: the group's title, and its fields with what they are at first."""

    @classmethod
    def tag(cls) -> str:
        """The name under which recipes know it."""
        return str(cls.__struct_config__.tag)

    @classmethod
    def help(cls) -> str:
        """The docstring up to its source, as one paragraph."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").partition("Source:")[0].split())

    @classmethod
    def source(cls) -> str:
        """The paper or library whose definition is followed."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").partition("Source:")[2].split())

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """JSON Schema of the settings (an object's `properties`), without the tag."""
        whole = msgspec.json.schema(cls)
        found: dict[str, Any] = whole["$defs"][cls.__name__]
        properties = {k: v for k, v in found["properties"].items() if k != cls.__struct_config__.tag_field}
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def settings(self) -> dict[str, Any]:
        """The settings that differ from their defaults, ready for JSON."""
        plain = msgspec.to_builtins(self)
        default = {f.encode_name: f.default for f in msgspec.structs.fields(self)}
        return {k: v for k, v in plain.items() if k in default and getattr(self, k) != default[k]}


D = TypeVar("D", bound=Declared)


def convert(cls: type[D], settings: dict[str, Any]) -> D:
    """Make a `cls` from plain settings (without its tag).

    Raises:
        SettingsError: a setting is unknown, missing, of the wrong kind, or out of its range.
    """
    for key, value in settings.items():
        if key not in cls.__struct_fields__:
            known = list(cls.__struct_fields__)
            has = f"it has {words.listing(known)}" if known else "it has no settings"
            key = words.one_line(key, 60)
            raise SettingsError(f'there is no setting "{key}"; {has}.{words.nearest(key, known)}')
        if not _finite(value):
            raise SettingsError(_must_be(cls, key, str(value)), key)
    tagged = {**settings, str(cls.__struct_config__.tag_field): cls.tag()}
    try:
        return msgspec.convert(tagged, cls)
    except msgspec.ValidationError as error:
        raise _explained(cls, settings, error) from None


def _explained(cls: type[Declared], settings: dict[str, Any], error: msgspec.ValidationError) -> SettingsError:
    text = str(error)
    missing = re.search(r"missing required field `(\w+)`", text)
    if missing:
        return SettingsError(f'"{missing[1]}" is missing', missing[1])
    field = re.search(r"`\$\.(\w+)", text)
    if not field:
        return SettingsError(text[:1].lower() + text[1:])
    given = msgspec.json.encode(settings.get(field[1])).decode()
    return SettingsError(_must_be(cls, field[1], given), field[1])


def _must_be(cls: type[Declared], name: str, given: str) -> str:
    hint = next(f.type for f in msgspec.structs.fields(cls) if f.name == name)
    return f'"{name}" must be {describe(msgspec.inspect.type_info(hint))}, not {words.one_line(given, 60)}'


def _finite(value: Any) -> bool:
    """Without infinities and things that are no numbers, which a form or command line may hand over."""
    if isinstance(value, list | tuple):
        return all(_finite(inner) for inner in value)
    return not isinstance(value, float) or math.isfinite(value)


def describe(kind: msgspec.inspect.Type) -> str:
    """A type with its range in words: "a number from 0.05 to 10"."""
    match kind:
        case msgspec.inspect.Metadata(type=inner):
            return describe(inner)
        case msgspec.inspect.BoolType():
            return "true or false"
        case msgspec.inspect.NoneType():
            return "left out"
        case msgspec.inspect.StrType():
            return "a text"
        case msgspec.inspect.LiteralType(values=values):
            return words.listing([f'"{v}"' if isinstance(v, str) else str(v) for v in values], "or")
        case msgspec.inspect.UnionType(types=types):
            kinds = [t for t in types if not isinstance(t, msgspec.inspect.NoneType)]
            return words.listing([describe(t) for t in kinds], "or")
        case msgspec.inspect.ListType(item_type=item) | msgspec.inspect.VarTupleType(item_type=item):
            least, most = getattr(kind, "min_length", None), getattr(kind, "max_length", None)
            length = f" of {least or 0} to {most}" if most else ""
            return f"a list{length}, each {describe(item)}"
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            noun = "a whole number" if isinstance(kind, msgspec.inspect.IntType) else "a number"
            return noun + _range(kind)
    return "of another kind"


def _range(kind: msgspec.inspect.IntType | msgspec.inspect.FloatType) -> str:
    low, high = kind.ge, kind.le
    if low is not None and high is not None:
        return f" from {words.number(low)} to {words.number(high)}"
    parts = [
        f"{word} {words.number(bound)}"
        for word, bound in (("at least", low), ("above", kind.gt), ("at most", high), ("below", kind.lt))
        if bound is not None
    ]
    return " " + words.listing(parts) if parts else ""
