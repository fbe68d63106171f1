"""Rows that come as their values become JSON objects, a whole batch at a time."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from storyarn_export.domain.rows import FIELDS, STRING_FIELDS, TERM_FIELDS, TRANSLATION_FIELDS, Field, Form
from storyarn_export.domain.story import Batch

Column = Sequence[bytes]

FLAGS = {b"t": b"true", b"f": b"false", b"null": b"null"}


def _flags(column: Column) -> Column:
    return list(map(FLAGS.__getitem__, column))


def _floats(column: Column) -> Column:
    # Often all of them are whole, and that can be told of all at once.
    together = b" ".join(column)
    if b"." not in together and b"e" not in together:
        return (together.replace(b" ", b".0 ") + b".0").split(b" ")
    return [text if b"." in text or b"e" in text else text + b".0" for text in column]


SHOWN: Mapping[Form, Callable[[Column], Column]] = {Form.FLAG: _flags, Form.FLOAT: _floats}


class Template:
    """Makes JSON objects with the same keys from columns of values.

    Args:
        fields: the columns.

    Attributes:
        names: the keys.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self.names = [field.name.encode() for field in fields]
        holes = [b'"%b"' if field.form is Form.PLAIN else b"%b" for field in fields]
        pairs = [b'"' + name + b'":' + hole for name, hole in zip(self.names, holes, strict=True)]
        self._object = b"{" + b",".join(pairs) + b"}"
        self._shown = [
            (place, SHOWN[field.form]) for place, field in enumerate(fields) if field.form in SHOWN
        ]

    def objects(self, columns: Sequence[Column]) -> list[bytes]:
        """One object a row.

        Args:
            columns: one for each field, all of one length.
        """
        values = list(columns)
        for place, shown in self._shown:
            values[place] = shown(values[place])
        return list(map(self._object.__mod__, zip(*values, strict=True)))

    def object(self, values: Sequence[bytes]) -> bytes:
        """The object of one row.

        Args:
            values: one for each field.
        """
        row = list(values)
        for place, shown in self._shown:
            row[place : place + 1] = shown(row[place : place + 1])
        return self._object % tuple(row)


STRING, TRANSLATION, TERM = Template(STRING_FIELDS), Template(TRANSLATION_FIELDS), Template(TERM_FIELDS)
# One template for all tags with the same fields, so that rows which alternate are made in one go.
_BY_FIELDS = {fields: Template(fields) for fields in set(FIELDS.values())}
TEMPLATES: Mapping[bytes, Template] = {tag.encode(): _BY_FIELDS[fields] for tag, fields in FIELDS.items()}


def objects(batch: Batch) -> list[bytes]:
    """The JSON object of each row, in their order.

    Args:
        batch: rows whose first column is their object, or that have the columns of `domain.rows`.
    """
    made: list[bytes] = []
    start = 0
    for template, run in groupby(map(TEMPLATES.get, batch.tags)):
        end = start + len(list(run))
        if template is None:
            made += batch.columns[0][start:end]
        else:
            made += template.objects([column[start:end] for column in batch.columns[: len(template.names)]])
        start = end
    return made
