"""Which embeddings changed is read from a stamp for every 1,024 faces, not by listing all."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# A number drawn anew at each change: two catalogs that show the same one, the second brought back
# from a backup or not, hold the same embeddings there.
_STAMP = """
    DELETE FROM embedding_stamps WHERE model = {row}.model AND part = {row}.face_id >> 10;
    INSERT INTO embedding_stamps VALUES ({row}.model, {row}.face_id >> 10, random());
"""

STATEMENTS = (
    """
    CREATE TABLE embedding_stamps (
        model TEXT NOT NULL,
        part INTEGER NOT NULL,
        stamp INTEGER NOT NULL,
        PRIMARY KEY (model, part)
    ) WITHOUT ROWID
    """,
    *(
        f"CREATE TRIGGER embeddings_stamped_{event.lower()} AFTER {event} ON embeddings "
        f"BEGIN {''.join(_STAMP.format(row=row) for row in rows)} END"
        for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"]))
    ),
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
