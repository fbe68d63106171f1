"""What the forms of values promise of them is what the columns of the tables promise."""

import pytest
from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Double, Table

from storyarn_export.db.models import Base
from storyarn_export.domain.document import FIELDS as DOCUMENT_FIELDS
from storyarn_export.domain.rows import FIELDS, Field, Form
from storyarn_export.domain.story import KIND_OF_TAG, TABLES, Tag

CASES = [(tag, field) for tag, fields in FIELDS.items() for field in fields]


def table_of(tag: Tag) -> Table:
    return Base.metadata.tables[TABLES[KIND_OF_TAG[tag.encode()]]]


def is_one_of_a_few(table: Table, column: Column[object]) -> bool:
    checks = [str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint)]
    return any(check.startswith(f"{column.name} IN (") for check in checks)


@pytest.mark.parametrize(("tag", "field"), CASES, ids=[f"{tag}-{field.name}" for tag, field in CASES])
def test_values_are_what_their_form_says(tag: Tag, field: Field) -> None:
    table = table_of(tag)
    column = table.columns[field.name]
    match field.form:
        case Form.PLAIN:
            assert not column.nullable
            assert isinstance(column.type, BigInteger) or is_one_of_a_few(table, column)
        case Form.FLAG:
            assert isinstance(column.type, Boolean)
        case Form.FLOAT:
            assert isinstance(column.type, Double)
            assert not column.nullable
        case Form.JSON:
            assert not isinstance(column.type, Boolean | Double)


@pytest.mark.parametrize("tag", FIELDS)
def test_rows_hold_what_documents_hold(tag: Tag) -> None:
    held = {field.name for field in FIELDS[tag]}
    assert held - {"id"} == set(DOCUMENT_FIELDS[KIND_OF_TAG[tag.encode()]])
