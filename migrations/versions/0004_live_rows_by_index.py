"""Indexes that tell live nodes and blocks from deleted ones, so that counting them reads no table."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("flow_nodes_flow_id_index", table_name="flow_nodes")
    op.create_index(
        "flow_nodes_flow_id_index", "flow_nodes", ["flow_id", "id"], postgresql_include=["deleted_at"]
    )
    op.drop_index("blocks_sheet_id_index", table_name="blocks")
    op.create_index(
        "blocks_sheet_id_index",
        "blocks",
        ["sheet_id", "position", "id"],
        postgresql_include=["deleted_at", "type"],
    )


def downgrade() -> None:
    op.drop_index("blocks_sheet_id_index", table_name="blocks")
    op.create_index("blocks_sheet_id_index", "blocks", ["sheet_id", "position", "id"])
    op.drop_index("flow_nodes_flow_id_index", table_name="flow_nodes")
    op.create_index("flow_nodes_flow_id_index", "flow_nodes", ["flow_id", "id"])
