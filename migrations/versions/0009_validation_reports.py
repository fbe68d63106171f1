"""Reports of validations, whole, beside the job that they were made for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("export_jobs", sa.Column("report", JSONB()))


def downgrade() -> None:
    op.drop_column("export_jobs", "report")
