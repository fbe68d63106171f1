"""What exports need to survive: retries, removed files, traces; tallies over all processes; chores."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column(
        "export_jobs", sa.Column("retries", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("export_jobs", sa.Column("file_removed_at", MOMENT))
    op.add_column("export_jobs", sa.Column("traceparent", sa.String(255)))
    op.create_table(
        "tallies",
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("labels", sa.String(512), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("value", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", name=op.f("tallies_pkey")),
    )
    op.create_table(
        "chores",
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("succeeded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("chores_pkey")),
    )


def downgrade() -> None:
    op.drop_table("chores")
    op.drop_table("tallies")
    op.drop_column("export_jobs", "traceparent")
    op.drop_column("export_jobs", "file_removed_at")
    op.drop_column("export_jobs", "retries")
