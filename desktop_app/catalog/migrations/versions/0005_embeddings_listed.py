"""Which embeddings there are is read from an index, not from the embeddings themselves."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE INDEX embeddings_by_model ON embeddings (model, face_id, crc32)",
    # Cosines are summed without rounding from now on: those kept before are made anew.
    "DELETE FROM face_links",
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
