"""The formats for translators that there are."""

from storyarn_export.domain.errors import UnknownFormatError
from storyarn_export.localization.format import TextFormat

FORMATS = (
    TextFormat("csv", "text/csv; charset=utf-8", ("csv",), one_language=False, module="comma_separated"),
    TextFormat(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ("xlsx",),
        one_language=False,
        module="workbook",
    ),
    TextFormat("po", "text/x-gettext-translation; charset=utf-8", ("po",), one_language=True, module="po"),
    TextFormat("xliff", "application/xliff+xml", ("xliff", "xlf"), one_language=True, module="xliff"),
)


def format_named(name: str) -> TextFormat:
    """The format of an address.

    Raises:
        UnknownFormatError: there is none; `extra["known"]` lists them.
    """
    return _found([one for one in FORMATS if one.name == name], name)


def format_of_file(filename: str) -> TextFormat:
    """The format of a file that is brought, by the end of its name.

    Raises:
        UnknownFormatError: there is none; `extra["known"]` lists them.
    """
    extension = filename.rpartition(".")[2].lower()
    return _found([one for one in FORMATS if extension in one.extensions], extension)


def _found(formats: list[TextFormat], name: str) -> TextFormat:
    if not formats:
        known = [one.name for one in FORMATS]
        raise UnknownFormatError(
            f"Texts do not travel as {name[:20]!r}.",
            hint=f"Take one of {', '.join(known)}.",
            extra={"known": known},
        )
    return formats[0]
