"""Finds the photos that a filter asks for, in the order it asks for."""

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    UnaryExpression,
    func,
    or_,
    select,
    union_all,
)

from desktop_app.catalog.rows import folded
from desktop_app.catalog.schema import faces, people, photos, restorations
from desktop_app.catalog.values import PhotoFilter, PhotoOrder
from desktop_app.domain.photo import PhotoState


def conditions(wanted: PhotoFilter) -> list[ColumnElement[bool]]:
    """What a photo must meet, besides the words it is searched by; all of them."""
    met: list[ColumnElement[bool]] = []
    if wanted.state is None:
        met.append(photos.c.state != PhotoState.MISSING.value)
    else:
        met.append(photos.c.state == wanted.state.value)
    if wanted.folder_id is not None:
        # The sum keeps SQLite from the index of folders: photos are read in their order instead.
        met.append(photos.c.folder_id + 0 == wanted.folder_id)
    if wanted.person_id is not None:
        met.append(
            photos.c.id.in_(
                select(faces.c.photo_id).where(
                    faces.c.person_id == wanted.person_id, faces.c.status == "confirmed"
                )
            )
        )
    if wanted.has_faces is not None:
        met.append(photos.c.has_faces == int(wanted.has_faces))
    if wanted.needs_review is not None:
        met.append(photos.c.needs_review == int(wanted.needs_review))
    if wanted.restored is not None:
        kept = select(restorations.c.photo_id).where(restorations.c.state != "refused")
        met.append(_in(kept, wanted.restored))
    if wanted.date_unknown is not None:
        unknown = photos.c.taken_earliest.is_(None)
        met.append(unknown if wanted.date_unknown else ~unknown)
    if wanted.from_year is not None:
        met.append(photos.c.taken_latest >= f"{wanted.from_year:04}-01-01")
    if wanted.to_year is not None:
        met.append(photos.c.taken_earliest <= f"{wanted.to_year:04}-12-31")
    if wanted.date_vague is not None:
        exact = photos.c.taken_earliest == photos.c.taken_latest
        met.append(~exact if wanted.date_vague else exact)
    return met


def flags_astray() -> ColumnElement[bool]:
    """Photos whose `has_faces` or `needs_review`, kept by triggers, is not what the faces say."""
    of_photo = select(faces.c.id).where(faces.c.photo_id == photos.c.id)
    seen = of_photo.where(faces.c.status != "not_a_face").exists()
    waiting = of_photo.where(
        or_(faces.c.status == "suggested", (faces.c.status == "none") & (faces.c.poor == 0))
    ).exists()
    return or_(photos.c.has_faces != seen, photos.c.needs_review != waiting)


def order(wanted: PhotoOrder) -> tuple[UnaryExpression[object] | ColumnElement[int], ...]:
    """The columns to sort by; each order is one of an index."""
    if wanted is PhotoOrder.OLDEST_FIRST:
        return (
            photos.c.taken_earliest.asc().nulls_last(),
            photos.c.taken_latest.asc(),
            photos.c.id,
        )
    if wanted is PhotoOrder.NEWEST_FIRST:
        return (
            photos.c.taken_earliest.desc(),
            photos.c.taken_latest.desc(),
            photos.c.id.desc(),
        )
    if wanted is PhotoOrder.NAME:
        return photos.c.search_text.asc(), photos.c.id
    return (photos.c.id.desc(),)


def worded(text: str) -> list[CompoundSelect[tuple[int]]]:
    """For each word the photos that meet it, by their path or by who is in them.

    Asked as sets of their own, paths are read from their index, and people from theirs.
    """
    return [_word(word) for word in folded(text).split()]


def _word(word: str) -> CompoundSelect[tuple[int]]:
    named = select(people.c.id).where(func.instr(people.c.name_key, word) > 0)
    return union_all(
        select(photos.c.id).where(func.instr(photos.c.search_text, word) > 0),
        select(faces.c.photo_id).where(faces.c.status == "confirmed", faces.c.person_id.in_(named)),
    )


def _in(ids: Select[tuple[int]], wanted: bool) -> ColumnElement[bool]:
    return photos.c.id.in_(ids) if wanted else photos.c.id.not_in(ids)
