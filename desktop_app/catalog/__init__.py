"""The catalog: what is known of the user's photos, in one SQLite file."""

from desktop_app.catalog.backups import newest_sound_backup
from desktop_app.catalog.bring_back import restore_backup
from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import (
    CatalogFacts,
    Decision,
    DecisionKind,
    Folder,
    FoundPhoto,
    IndexedPhoto,
    KnownFile,
    NewFace,
    NewRestoration,
    PhotoFilter,
    PhotoOrder,
)

__all__ = [
    "Catalog",
    "CatalogFacts",
    "Decision",
    "DecisionKind",
    "Folder",
    "FoundPhoto",
    "IndexedPhoto",
    "KnownFile",
    "NewFace",
    "NewRestoration",
    "PhotoFilter",
    "PhotoOrder",
    "newest_sound_backup",
    "restore_backup",
]
