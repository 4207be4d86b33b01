"""Finds and adds the person of a name, inside a transaction."""

from sqlalchemy import Connection, insert, select

from desktop_app.catalog.rows import folded, year_columns
from desktop_app.catalog.schema import people
from desktop_app.domain.errors import BadRequest, NotKnown
from desktop_app.domain.ids import PersonId
from desktop_app.domain.person import Year


def name_columns(name: str) -> dict[str, str]:
    """The name as it is shown and as it is compared. Raises `BadRequest` for an empty one."""
    shown = " ".join(name.split())
    if not shown or not folded(shown):
        raise BadRequest("A person needs a name. Type one, then try again.")
    try:
        shown.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadRequest("This name holds signs that are no text. Type it again.") from error
    return {"name": shown, "name_key": folded(shown)}


def find_person(connection: Connection, name: str) -> PersonId | None:
    found = connection.scalar(select(people.c.id).where(people.c.name_key == folded(name)))
    return None if found is None else PersonId(found)


def require_person(connection: Connection, person_id: PersonId) -> None:
    """Raises `NotKnown` where the person is gone."""
    if connection.scalar(select(people.c.id).where(people.c.id == person_id)) is None:
        raise NotKnown("This person is no longer in the catalog.")


def add_person(
    connection: Connection, name: str, born: Year | None = None, died: Year | None = None
) -> PersonId:
    added = connection.execute(
        insert(people).values(**name_columns(name), **year_columns(born, died), ignored=0)
    ).inserted_primary_key
    assert added is not None
    return PersonId(added[0])
