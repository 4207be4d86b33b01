"""The tables of the catalog as this version reads them; the migrations make them."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)

METADATA = MetaData()


def _id() -> "Column[int]":
    return Column("id", Integer, primary_key=True)


def _text(name: str) -> "Column[str]":
    return Column(name, Text, nullable=False)


def _number(name: str) -> "Column[int]":
    return Column(name, Integer, nullable=False)


def _real(name: str) -> "Column[float]":
    return Column(name, Float, nullable=False)


def _of(name: str, table: str, *, nullable: bool = False) -> "Column[int]":
    return Column(name, ForeignKey(f"{table}.id"), nullable=nullable)


def _maybe(name: str, kind: type[Any]) -> "Column[Any]":
    return Column(name, kind, nullable=True)


folders = Table(
    "folders",
    METADATA,
    _id(),
    Column("path", LargeBinary, nullable=False, unique=True),
    _text("added_at"),
    _maybe("last_indexed", Text),
    _number("offline"),
)

photos = Table(
    "photos",
    METADATA,
    _id(),
    _of("folder_id", "folders"),
    Column("relative", LargeBinary, nullable=False),
    _text("search_text"),
    _number("size"),
    _number("mtime_ns"),
    _text("state"),
    _text("reason"),
    _text("content_hash"),
    _number("width"),
    _number("height"),
    _text("file_format"),
    _text("camera"),
    _number("orientation"),
    _number("has_place"),
    _maybe("taken_earliest", Text),
    _maybe("taken_latest", Text),
    _text("taken_precision"),
    _number("date_by_hand"),
    _text("detector"),
    _number("has_faces"),
    _number("needs_review"),
    _number("turned"),
    _number("waits_for_closer"),
    UniqueConstraint("folder_id", "relative"),
)

people = Table(
    "people",
    METADATA,
    _id(),
    _text("name"),
    Column("name_key", Text, nullable=False, unique=True),
    _maybe("born", Integer),
    _number("born_about"),
    _maybe("died", Integer),
    _number("died_about"),
    _number("ignored"),
)

faces = Table(
    "faces",
    METADATA,
    _id(),
    _of("photo_id", "photos"),
    _real("box_left"),
    _real("box_top"),
    _real("box_right"),
    _real("box_bottom"),
    Column("landmarks", LargeBinary, nullable=False),
    _real("det_score"),
    _real("sharpness"),
    _real("frontal"),
    _real("light"),
    _real("eye_distance"),
    _maybe("one_tone", Integer),
    _number("poor"),
    _real("grade"),
    _of("person_id", "people", nullable=True),
    _text("status"),
    _real("suggestion_score"),
    _maybe("cluster", Integer),
    _number("drawn_by_hand"),
)

embeddings = Table(
    "embeddings",
    METADATA,
    _id(),
    _of("face_id", "faces"),
    _text("model"),
    Column("vector", LargeBinary, nullable=False),
    _number("crc32"),
    UniqueConstraint("face_id", "model"),
)

embedding_stamps = Table(
    "embedding_stamps",
    METADATA,
    Column("model", Text, primary_key=True),
    Column("part", Integer, primary_key=True),
    _number("stamp"),
)

rejections = Table(
    "rejections",
    METADATA,
    Column("face_id", ForeignKey("faces.id"), primary_key=True),
    Column("person_id", ForeignKey("people.id"), primary_key=True),
)

splits = Table("splits", METADATA, _id(), _text("made_at"))

split_faces = Table(
    "split_faces",
    METADATA,
    Column("split_id", ForeignKey("splits.id"), primary_key=True),
    Column("face_id", ForeignKey("faces.id"), primary_key=True),
    _number("side"),
)

face_links = Table(
    "face_links",
    METADATA,
    Column("face_id", ForeignKey("faces.id"), primary_key=True),
    Column("model", Text, primary_key=True),
    _number("crc32"),
    _number("round"),
    Column("near", LargeBinary, nullable=False),
)

face_components = Table(
    "face_components",
    METADATA,
    Column("face_id", ForeignKey("faces.id"), primary_key=True),
    _number("component"),
)

component_bundles = Table(
    "component_bundles",
    METADATA,
    Column("component", Integer, primary_key=True),
    _number("bundle"),
)

touched_faces = Table(
    "touched_faces",
    METADATA,
    _id(),
    _maybe("face_id", Integer),
    _maybe("component", Integer),
)

groups_made = Table(
    "groups_made",
    METADATA,
    Column("model", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
)

suggestion_grounds = Table(
    "suggestion_grounds",
    METADATA,
    Column("face_id", ForeignKey("faces.id"), primary_key=True),
    _number("nearest"),
    _real("score"),
    _maybe("against", Integer),
)

changed_evidence = Table("changed_evidence", METADATA, _id(), _number("face_id"))

suggestions_made = Table(
    "suggestions_made",
    METADATA,
    Column("model", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    _number("asked_to"),
)

forgotten_names = Table(
    "forgotten_names",
    METADATA,
    Column("name_hash", LargeBinary, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
)

reference_choices = Table(
    "reference_choices",
    METADATA,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("face_id", ForeignKey("faces.id"), primary_key=True),
    _text("choice"),
)

restorations = Table(
    "restorations",
    METADATA,
    _id(),
    _of("photo_id", "photos"),
    _of("face_id", "faces"),
    _of("person_id", "people", nullable=True),
    _text("engine"),
    _text("model_hash"),
    _text("device"),
    _number("seed"),
    _real("strength"),
    _number("keep_tone"),
    _number("grain"),
    _maybe("likeness_before", Float),
    _maybe("likeness_after", Float),
    _maybe("likeness_spread", Float),
    _maybe("likeness_faces", Integer),
    _maybe("nearest_other", Float),
    _maybe("nearest_other_name", Text),
    _text("state"),
    _number("stale"),
    _text("made_at"),
    _text("source_hash"),
)

restoration_references = Table(
    "restoration_references",
    METADATA,
    Column("restoration_id", ForeignKey("restorations.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _of("face_id", "faces"),
)

restoration_crops = Table(
    "restoration_crops",
    METADATA,
    Column("restoration_id", ForeignKey("restorations.id"), primary_key=True),
    Column("crop_png", LargeBinary, nullable=False),
    _maybe("reference_map", LargeBinary),
)

decisions = Table(
    "decisions",
    METADATA,
    _id(),
    _number("wish"),
    _text("kind"),
    _maybe("person_id", Integer),
    _text("made_at"),
)

decision_changes = Table(
    "decision_changes",
    METADATA,
    Column("decision_id", ForeignKey("decisions.id"), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("key", Integer, primary_key=True),
    Column("other_key", Integer, primary_key=True),
    _maybe("before", Text),
)


def among(ids: Iterable[int]) -> Select[tuple[int]]:
    """Any number of ids as one parameter, for `column.in_(among(ids))`.

    SQLite takes at most 32,766 parameters in a statement.
    """
    listed = json.dumps([int(number) for number in ids])
    return select(func.json_each(listed).table_valued("value").c.value)
