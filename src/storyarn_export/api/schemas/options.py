"""Options of an export, from a JSON body or from a query."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints, ValidationError, WithJsonSchema

from storyarn_export.accounts.projects import MAX_BIGINT
from storyarn_export.api.problems import MAX_ERRORS
from storyarn_export.api.schemas.common import Request
from storyarn_export.domain.errors import InvalidOptionsError
from storyarn_export.domain.options import FORMAT_VERSION, AssetMode, Compression, ExportOptions

NATIVE = "storyarn"
DECIMAL = re.compile(r"[1-9][0-9]{0,18}")
MAX_SELECTED = 100_000
MAX_LOCALE_LENGTH = 10
MAX_VERSION_LENGTH = 64
MAX_FORMAT_LENGTH = 64
# PostgreSQL keeps no NUL, and nothing sensible holds the others.
NO_CONTROLS = r"^[^\x00-\x1f\x7f]+$"


def _decimal(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("must be an id: a decimal string")  # noqa: TRY004 - Pydantic reports ValueError only
    if isinstance(value, str) and not DECIMAL.fullmatch(value):
        raise ValueError("must be an id: a decimal string")
    return int(value)


def _true_or_false(value: Any) -> Any:
    match value:
        case "true":
            return True
        case "false":
            return False
        case _:
            return value


EntityId = Annotated[
    int,
    BeforeValidator(_decimal),
    Field(ge=1, le=MAX_BIGINT),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{DECIMAL.pattern}$"},
                {"type": "integer", "minimum": 1, "maximum": MAX_BIGINT},
            ],
            "examples": ["42"],
        }
    ),
]
Locale = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=MAX_LOCALE_LENGTH, pattern=NO_CONTROLS)
]
Version = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=MAX_VERSION_LENGTH, pattern=NO_CONTROLS)
]
Ids = Literal["all"] | Annotated[list[EntityId], Field(max_length=MAX_SELECTED)]
Locales = Literal["all"] | Annotated[list[Locale], Field(max_length=MAX_SELECTED)]
QueryBool = Annotated[StrictBool, BeforeValidator(_true_or_false)]
QueryList = Annotated[
    list[str], Field(description="`all`, or values separated by commas; the parameter may also be repeated.")
]
IdList = Annotated[
    QueryList,
    Field(
        json_schema_extra={
            "items": {"type": "string", "pattern": f"^(all|{DECIMAL.pattern}(,{DECIMAL.pattern})*)$"}
        }
    ),
]
ALL = ("all",)


class ExportOptionsIn(Request):
    """What an export is to hold."""

    include_sheets: StrictBool = True
    include_flows: StrictBool = True
    include_scenes: StrictBool = True
    include_screenplays: StrictBool = True
    include_localization: StrictBool = True
    include_assets: AssetMode = Field(
        default=AssetMode.REFERENCES,
        description="`references`: by name and key alone; `embedded`: with their bytes in the document, in base64;"
        " `bundled`: a ZIP of the document and a file an asset; `none`: left out.",
    )
    languages: Locales = Field(default="all", description='Locale codes, or "all".')
    flow_ids: Ids = "all"
    sheet_ids: Ids = "all"
    scene_ids: Ids = "all"
    validate_before_export: StrictBool = True
    pretty_print: StrictBool = False
    version: Version = Field(default=FORMAT_VERSION, description="The `export_version` of the document.")
    compression: Compression = Field(
        default=Compression.NONE,
        description="Of the whole file. Not with `include_assets: bundled`, which is an archive already.",
    )

    def to_domain(self) -> ExportOptions:
        """The options, lists sorted and without repetitions, so that equal wishes are equal."""
        return ExportOptions(
            include_sheets=self.include_sheets,
            include_flows=self.include_flows,
            include_scenes=self.include_scenes,
            include_screenplays=self.include_screenplays,
            include_localization=self.include_localization,
            include_assets=self.include_assets,
            languages=None if self.languages == "all" else tuple(sorted(set(self.languages))),
            flow_ids=_chosen(self.flow_ids),
            sheet_ids=_chosen(self.sheet_ids),
            scene_ids=_chosen(self.scene_ids),
            validate_before_export=self.validate_before_export,
            pretty_print=self.pretty_print,
            version=self.version,
            compression=self.compression,
        )


class ExportRequest(Request):
    """An export to be made."""

    format: Annotated[str, StringConstraints(strict=True, max_length=MAX_FORMAT_LENGTH)] = Field(
        examples=[NATIVE]
    )
    options: ExportOptionsIn = ExportOptionsIn()


class OptionsQuery(Request):
    """The same options in a query; booleans are `true` or `false`."""

    include_sheets: QueryBool = True
    include_flows: QueryBool = True
    include_scenes: QueryBool = True
    include_screenplays: QueryBool = True
    include_localization: QueryBool = True
    include_assets: AssetMode = AssetMode.REFERENCES
    languages: QueryList = Field(default=list(ALL))
    flow_ids: IdList = Field(default=list(ALL))
    sheet_ids: IdList = Field(default=list(ALL))
    scene_ids: IdList = Field(default=list(ALL))
    validate_before_export: QueryBool = True
    pretty_print: QueryBool = False
    version: Version = FORMAT_VERSION
    compression: Compression = Compression.NONE

    def to_options(self) -> ExportOptionsIn:
        """The options as a body would say them.

        Raises:
            InvalidOptionsError: something in a list is not an id.
        """
        given: dict[str, Any] = self.model_dump(include=set(ExportOptionsIn.model_fields))
        for name in ("flow_ids", "sheet_ids", "scene_ids"):
            given[name] = _split(given[name])
        given["languages"] = _split(given["languages"])
        try:
            return ExportOptionsIn.model_validate(given)
        except ValidationError as error:
            raise _invalid(error) from error


class QuickQuery(OptionsQuery):
    """A quick export: format and options."""

    format: Annotated[str, StringConstraints(max_length=MAX_FORMAT_LENGTH)] = NATIVE
    pretty_print: QueryBool = True


def _split(values: Iterable[str]) -> Literal["all"] | list[str]:
    parts = [part.strip() for value in values for part in value.split(",")]
    return "all" if parts == list(ALL) else [part for part in parts if part]


def _invalid(error: ValidationError) -> InvalidOptionsError:
    found = [(str(one["loc"][0]), one) for one in error.errors(include_url=False)]
    # Of a list that is neither "all" nor a list of values only the values are to blame.
    wrong = [(path, one) for path, one in found if one["type"] != "literal_error"]
    errors = [{"path": path, "message": f"{one['msg']}: {str(one['input'])[:40]!r}"} for path, one in wrong]
    first = errors[0]
    return InvalidOptionsError(f"{first['path']}: {first['message']}.", extra={"errors": errors[:MAX_ERRORS]})


def _chosen(ids: Literal["all"] | list[int]) -> tuple[int, ...] | None:
    return None if ids == "all" else tuple(sorted(set(ids)))
