"""Typed numbers of the rows in the catalog, so that a face cannot pass for a photo."""

from typing import NewType

FolderId = NewType("FolderId", int)
PhotoId = NewType("PhotoId", int)
FaceId = NewType("FaceId", int)
PersonId = NewType("PersonId", int)
RestorationId = NewType("RestorationId", int)
