"""The kinds of work that are killed."""

from .forgetting import FORGETTING
from .keeping import BACKING_UP, BRINGING_BACK, MIGRATING
from .people import INDEXING, MERGING, NAMING
from .results import EXPORTING, RESTORING
from .scene import Acknowledge, Home, Scene, damage, make_photos

__all__ = ["SCENES", "Acknowledge", "Home", "damage", "make_photos"]

SCENES: dict[str, Scene] = {
    "indexing": INDEXING,
    "naming": NAMING,
    "merging": MERGING,
    "restoring": RESTORING,
    "exporting": EXPORTING,
    "migrating": MIGRATING,
    "backing up": BACKING_UP,
    "forgetting": FORGETTING,
    "bringing back": BRINGING_BACK,
}
