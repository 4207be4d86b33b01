"""Which faces hang together, and what a change touches, so that grouping reads nothing else."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NOTE = (
    "INSERT INTO touched_faces (face_id, component) VALUES "
    "({face}, (SELECT component FROM face_components WHERE face_id = {face}));"
)

STATEMENTS = (
    # Faces joined by links or by one person's name have one number; nothing joins two numbers.
    """
    CREATE TABLE face_components (
        face_id INTEGER NOT NULL PRIMARY KEY REFERENCES faces(id) ON DELETE CASCADE,
        component INTEGER NOT NULL
    )
    """,
    "CREATE INDEX face_components_by_component ON face_components (component)",
    # Without a reference to faces: what is gone was touched too.
    """
    CREATE TABLE touched_faces (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        face_id INTEGER,
        component INTEGER
    )
    """,
    # Without a row nothing was grouped, or by another model or rule: all are grouped anew.
    "CREATE TABLE groups_made (model TEXT NOT NULL, rule TEXT NOT NULL, PRIMARY KEY (model, rule))",
    f"""
    CREATE TRIGGER faces_touched AFTER UPDATE OF status, person_id, poor, cluster ON faces
    WHEN OLD.poor <> NEW.poor OR OLD.cluster IS NOT NEW.cluster
        OR replace(OLD.status, 'suggested', 'none') <> replace(NEW.status, 'suggested', 'none')
        OR (NEW.status = 'confirmed' AND OLD.person_id IS NOT NEW.person_id)
    BEGIN {_NOTE.format(face="NEW.id")} END
    """,
    f"CREATE TRIGGER faces_gone BEFORE DELETE ON faces BEGIN {_NOTE.format(face='OLD.id')} END",
    *(
        f"CREATE TRIGGER {table}_{what} AFTER {event} ON {table} "
        f"BEGIN {_NOTE.format(face=f'{row}.face_id')} END"
        for table in ("embeddings", "rejections", "split_faces")
        for what, event, row in (("added", "INSERT", "NEW"), ("removed", "DELETE", "OLD"))
    ),
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
