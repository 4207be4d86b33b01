"""Which faces are alike, and which the user said are not, so that groups need not begin anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, case, delete, func, insert, select, update

from desktop_app.catalog.rows import now, numbers, plain
from desktop_app.catalog.schema import (
    among,
    embeddings,
    face_links,
    faces,
    groups_made,
    split_faces,
    splits,
)
from desktop_app.catalog.subject import Subject, batches, changes_of_faces
from desktop_app.catalog.values import DecisionKind
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId
from desktop_app.faces.components import distinct

_PAIR = np.dtype([("face", "<u4"), ("cosine", "<f2")])


@dataclass(frozen=True)
class KeptLinks:
    """The faces that were compared, and the pairs of them that are alike, each pair once."""

    compared: NDArray[np.int64]  # (faces,) ids in rising order
    one: NDArray[np.int64]  # (pairs,) places in `compared`
    other: NDArray[np.int64]
    cosine: NDArray[np.float16]


@dataclass(frozen=True)
class Groupable:
    """The faces that may be in a group, by rising ids, with what is known of each; (faces,)."""

    ids: NDArray[np.int64]
    poor: NDArray[np.bool_]
    person: NDArray[np.int64]  # who it is by the user's word; -1 where that is open
    group: NDArray[np.int64]  # the number of its group so far; -1 without


class Alike(Subject):
    """The part of `catalog.faces` that remembers comparisons, and groups that the user split."""

    def links(self, model: str, ids: NDArray[np.int64] | None = None) -> KeptLinks:
        """What is known of a model's faces (with `ids`: of these, and of pairs among them).

        A face described anew since counts as not compared. A face's row names the faces that were
        there when it was compared. A pair counts where the face named was compared before: else it
        was described anew, and its own row tells.
        """
        statement = _valid(
            select(face_links.c.face_id, face_links.c.round, face_links.c.near), model, ids
        )
        with self._file.read() as connection:
            rows = plain(connection, statement.order_by(face_links.c.face_id))
        compared = np.array([row[0] for row in rows], np.int64)
        rounds = np.array([row[1] for row in rows], np.int64)
        pairs = np.frombuffer(b"".join(row[2] for row in rows), _PAIR)
        counts = np.array([len(row[2]) // _PAIR.itemsize for row in rows], np.int64)
        one = np.repeat(np.arange(len(rows)), counts)
        named = pairs["face"].astype(np.int64)
        highest = max(named.max(initial=0), compared.max(initial=0))
        place = np.full(int(highest) + 1, -1, np.int32)  # quicker than millions of searches
        place[compared] = np.arange(len(compared))
        other = place[named].astype(np.int64)
        there = np.flatnonzero(other >= 0)
        one, other, cosine = one[there], other[there], pairs["cosine"][there]
        before = (rounds[other] < rounds[one]) | ((rounds[other] == rounds[one]) & (other < one))
        return KeptLinks(compared, one[before], other[before], cosine[before])

    def linked_to(self, model: str, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The faces that the rows of some faces name; ids, rising."""
        statement = _valid(select(face_links.c.near), model, ids)
        with self._file.read() as connection:
            blobs = [row[0] for row in plain(connection, statement)]
        return distinct(np.frombuffer(b"".join(blobs), _PAIR)["face"].astype(np.int64))

    def compared(self, model: str, ids: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Those of the faces (without `ids`: of all) that were compared; ids, rising."""
        statement = _valid(select(face_links.c.face_id), model, ids)
        with self._file.read() as connection:
            return numbers(connection, statement.order_by(face_links.c.face_id))

    def add_links(
        self, model: str, near: Sequence[tuple[FaceId, NDArray[np.int64], NDArray[np.float16]]]
    ) -> None:
        """Keeps, for faces just compared, the ids and cosines of those that are alike.

        Each is compared with all that were compared before it, and with those of `near` whose id
        is lower. Faces that are gone since, or not described, are left out.
        """
        with self._file.read() as connection:
            last = connection.scalar(
                select(func.max(face_links.c.round)).where(face_links.c.model == model)
            )
        for batch in batches(near):
            with self._file.write(bulk=True) as connection:
                described = select(embeddings.c.face_id, embeddings.c.crc32).where(
                    embeddings.c.model == model,
                    embeddings.c.face_id.in_(among(face_id for face_id, _, _ in batch)),
                )
                crcs = {row.face_id: row.crc32 for row in connection.execute(described)}
                rows = [
                    {
                        "face_id": face_id,
                        "model": model,
                        "crc32": crcs[face_id],
                        "round": (last or 0) + 1,
                        "near": _packed(ids, cosines),
                    }
                    for face_id, ids, cosines in batch
                    if face_id in crcs
                ]
                if rows:
                    connection.execute(insert(face_links).prefix_with("OR REPLACE"), rows)

    def split(self, chosen: Iterable[FaceId], rest: Iterable[FaceId]) -> CatalogChanges:
        """Faces of one group are two people: no group holds faces of both sides again.

        A decision, taken back by `people.undo`. The chosen are a group of their own at once.
        """
        first, second = list(rest), list(chosen)
        with self._file.write() as connection:
            unnamed = (faces.c.status == AssignmentStatus.NONE.value) & faces.c.id.in_(
                among([*first, *second])
            )
            there = set(connection.scalars(select(faces.c.id).where(unnamed)))
            sides = [(face, 0) for face in first if face in there]
            sides += [(face, 1) for face in second if face in there]
            if len({side for _, side in sides}) < 2:
                return CatalogChanges()
            decision = self._log.begin(connection, DecisionKind.SPLIT)
            made = connection.execute(insert(splits).values(made_at=now())).inserted_primary_key
            assert made is not None
            decision.split(int(made[0]))
            connection.execute(
                insert(split_faces),
                [{"split_id": made[0], "face_id": face, "side": side} for face, side in sides],
            )
            moved = [face for face, side in sides if side]
            decision.groups(moved)
            free = (connection.scalar(select(func.max(faces.c.cluster))) or 0) + 1
            connection.execute(
                update(faces).where(faces.c.id.in_(among(moved))).values(cluster=free)
            )
            return changes_of_faces(connection, [face for face, _ in sides])

    def groupable(self, ids: NDArray[np.int64] | None = None) -> Groupable:
        """All faces (of `ids`) but those that the user ignored or called no face."""
        confirmed = faces.c.status == AssignmentStatus.CONFIRMED.value
        statement = (
            select(
                faces.c.id,
                faces.c.poor,
                case((confirmed, faces.c.person_id), else_=-1),
                func.coalesce(faces.c.cluster, -1),
            )
            .where(faces.c.status.in_(("none", "suggested", "confirmed")))
            .order_by(faces.c.id)
        )
        if ids is not None:
            statement = statement.where(faces.c.id.in_(among(ids.tolist())))
        with self._file.read() as connection:
            rows = np.array(plain(connection, statement), np.int64).reshape(-1, 4)
        ids, poor, person, group = np.ascontiguousarray(rows.T)
        return Groupable(ids, poor.astype(bool), person, group)

    def splits(self, ids: NDArray[np.int64] | None = None) -> list[dict[FaceId, int]]:
        """Each split by the user, oldest first: the side, 0 or 1, of each of its faces (of `ids`).

        A split without any of `ids` is left out.
        """
        statement = select(split_faces).order_by(split_faces.c.split_id)
        if ids is not None:
            statement = statement.where(split_faces.c.face_id.in_(among(ids.tolist())))
        found: dict[int, dict[FaceId, int]] = {}
        with self._file.read() as connection:
            for row in connection.execute(statement):
                found.setdefault(row.split_id, {})[FaceId(row.face_id)] = row.side
        return list(found.values())

    def forget_links(self, model: str) -> None:
        """Compares everything anew at the next grouping."""
        with self._file.write() as connection:
            connection.execute(delete(face_links).where(face_links.c.model == model))
            connection.execute(delete(groups_made))


def _valid(
    statement: Select[tuple[Any, ...]], model: str, ids: NDArray[np.int64] | None
) -> Select[tuple[Any, ...]]:
    """Of the rows of `face_links` those of faces that are described as they were then."""
    same = (
        (embeddings.c.face_id == face_links.c.face_id)
        & (embeddings.c.model == face_links.c.model)
        & (embeddings.c.crc32 == face_links.c.crc32)
    )
    statement = statement.join(embeddings, same).where(face_links.c.model == model)
    if ids is None:
        return statement
    return statement.where(face_links.c.face_id.in_(among(ids.tolist())))


def _packed(ids: NDArray[np.int64], cosines: NDArray[np.float16]) -> bytes:
    pairs = np.empty(len(ids), _PAIR)
    pairs["face"], pairs["cosine"] = ids, cosines
    return pairs.tobytes()
