"""What hangs together is kept in pieces that are joined and parted as wholes, not face by face."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    # A number of `face_components` is a piece from now on. Pieces without a row are alone.
    """
    CREATE TABLE component_bundles (
        component INTEGER NOT NULL PRIMARY KEY,
        bundle INTEGER NOT NULL
    )
    """,
    "CREATE INDEX component_bundles_by_bundle ON component_bundles (bundle)",
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
