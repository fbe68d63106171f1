"""Rows that come as their values become JSON objects, a whole batch at a time."""

from collections.abc import Callable, Mapping, Sequence

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
        # What stands before each value of a row that follows another one, with a place for the value after it.
        opening, *between, self._closing = self._object.split(b"%b")
        self._opening = opening
        self._frame = [piece for text in (self._closing + b"," + opening, *between) for piece in (text, b"")]
        self._shown = [
            (place, SHOWN[field.form]) for place, field in enumerate(fields) if field.form in SHOWN
        ]

    def objects(self, columns: Sequence[Column]) -> list[bytes]:
        """One object a row.

        Args:
            columns: one for each field, all of one length.
        """
        return list(map(self._object.__mod__, zip(*self._values(columns), strict=True)))

    def members(self, keys: Column, columns: Sequence[Column]) -> list[bytes]:
        """One member of an object a row: a key, and the row's own object.

        Args:
            keys: JSON strings.
            columns: one for each field, all of one length.
        """
        member = b"%b:" + self._object
        return list(map(member.__mod__, zip(keys, *self._values(columns), strict=True)))

    def joined(self, columns: Sequence[Column]) -> bytes:
        """The objects of rows with commas between them, in less time than to make each of them.

        Args:
            columns: one for each field, all of one length, which is not 0.
        """
        values = self._values(columns)
        pieces = self._frame * len(values[0])
        step = len(self._frame)
        for place, column in enumerate(values):
            pieces[2 * place + 1 :: step] = column
        pieces[0] = self._opening
        pieces.append(self._closing)
        return b"".join(pieces)

    def object(self, values: Sequence[bytes]) -> bytes:
        """The object of one row.

        Args:
            values: one for each field.
        """
        row = list(values)
        for place, shown in self._shown:
            row[place : place + 1] = shown(row[place : place + 1])
        return self._object % tuple(row)

    def _values(self, columns: Sequence[Column]) -> list[Column]:
        values = list(columns)
        for place, shown in self._shown:
            values[place] = shown(values[place])
        return values


STRING, TRANSLATION, TERM = Template(STRING_FIELDS), Template(TRANSLATION_FIELDS), Template(TERM_FIELDS)
# One template for all tags with the same fields, so that rows which alternate are made in one go.
_BY_FIELDS = {fields: Template(fields) for fields in set(FIELDS.values())}
TEMPLATES: Mapping[bytes, Template] = {tag.encode(): _BY_FIELDS[fields] for tag, fields in FIELDS.items()}


class Rows:
    """The JSON objects of a batch, made as they are wanted.

    Args:
        batch: rows whose first column is their object, or that have the columns of `domain.rows`.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def each(self, start: int, end: int) -> Sequence[bytes]:
        """The objects of some rows that follow each other, one by one.

        Args:
            start: the first row.
            end: the row after the last one; all of them have the same fields.
        """
        template = TEMPLATES.get(self._batch.tags[start])
        if template is None:
            return self._batch.columns[0][start:end]
        return template.objects(self._cut(template, start, end))

    def joined(self, start: int, end: int) -> bytes:
        """The same with commas between them."""
        template = TEMPLATES.get(self._batch.tags[start])
        if template is None:
            return b",".join(self._batch.columns[0][start:end])
        return template.joined(self._cut(template, start, end))

    def _cut(self, template: Template, start: int, end: int) -> list[Column]:
        return [column[start:end] for column in self._batch.columns[: len(template.names)]]
