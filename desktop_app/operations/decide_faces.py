"""The user's decisions on faces: naming, confirming, rejecting, ignoring, and taking it back."""

from collections.abc import Sequence

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.names import LONGEST_NAME, is_unfit


def name_faces(catalog: Catalog, face_ids: Sequence[FaceId], name: str) -> CatalogChanges:
    """Confirms the faces as the person called `name`, who is added where nobody is called so."""
    return catalog.faces.name(face_ids, checked_name(name))


def checked_name(name: str) -> str:
    """The name without needless spaces. Raises `BadRequest` where nothing sensible is left."""
    name = " ".join(name.split())
    if not name:
        raise BadRequest("A name is needed: type who this is.")
    if len(name) > LONGEST_NAME:
        raise BadRequest(f"A name may have {LONGEST_NAME} characters at most; this one is longer.")
    if any(is_unfit(sign) for sign in name):
        raise BadRequest("The name holds signs that cannot be shown. Type it again.")
    return name


def confirm_faces(
    catalog: Catalog, face_ids: Sequence[FaceId], person_id: PersonId
) -> CatalogChanges:
    return catalog.faces.confirm(face_ids, person_id)


def reject_faces(
    catalog: Catalog, face_ids: Sequence[FaceId], person_id: PersonId
) -> CatalogChanges:
    """Remembers that these faces are not this person's; never suggested again."""
    return catalog.faces.reject(face_ids, person_id)


def ignore_faces(catalog: Catalog, face_ids: Sequence[FaceId]) -> CatalogChanges:
    """Leaves strangers alone: they are neither grouped nor suggested any more."""
    return catalog.faces.set_status(face_ids, AssignmentStatus.IGNORED)


def mark_not_faces(catalog: Catalog, face_ids: Sequence[FaceId]) -> CatalogChanges:
    return catalog.faces.set_status(face_ids, AssignmentStatus.NOT_A_FACE)


def undo_decision(catalog: Catalog) -> CatalogChanges | None:
    """Takes the last decision back; None where there is none left."""
    return catalog.people.undo()
