"""The queue library's schema, kept as SQL so that an upgrade of the library changes nothing here.

The SQL is Procrastinate's own schema as of its migration 03.04.00 (MIT licence), applied verbatim.
"""

from contextlib import closing
from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).parent.parent / "procrastinate" / "3.4.0.sql"

DROP_ALL = """
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT format('DROP TABLE IF EXISTS %I CASCADE', relname)
        FROM pg_class WHERE relnamespace = current_schema()::regnamespace
            AND relkind = 'r' AND relname LIKE 'procrastinate\\_%'
        UNION ALL
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure)
        FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE statement;
    END LOOP;
    FOR statement IN
        SELECT format('DROP TYPE IF EXISTS %I CASCADE', typname)
        FROM pg_type WHERE typnamespace = current_schema()::regnamespace
            AND typname LIKE 'procrastinate\\_%' AND typtype IN ('e', 'c')
    LOOP
        EXECUTE statement;
    END LOOP;
END
$$
"""


def upgrade() -> None:
    # The driver's cursor takes the many statements, and their percent signs, as they are.
    connection = op.get_bind().connection
    with closing(connection.cursor()) as cursor:
        cursor.execute(SCHEMA.read_text(encoding="utf-8"))


def downgrade() -> None:
    connection = op.get_bind().connection
    with closing(connection.cursor()) as cursor:
        cursor.execute(DROP_ALL)
