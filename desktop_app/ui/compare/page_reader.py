"""Opens the photos that are judged, the next one while this one is still looked at."""

from collections.abc import Callable, Collection
from functools import partial

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.ids import PhotoId
from desktop_app.jobs.job import Work
from desktop_app.ui.compare.reading import ComparePage, prepare_page, read_compare_page
from desktop_app.ui.results.or_error import or_error
from desktop_app.ui.screen import Then
from desktop_app.ui.subjects import CompareSubject


class PageReader:
    """Reads pages by the screen's own `read`, and hands each to `on_page`."""

    def __init__(
        self,
        catalog: Catalog,
        read: Callable[[Work, Then, str], None],
        on_page: Callable[[ComparePage | ExpectedError], None],
    ) -> None:
        self._catalog = catalog
        self._read = read
        self._on_page = on_page
        self._next: ComparePage | None = None
        self._preparing: PhotoId | None = None
        self._awaited: Callable[[], None] | None = None  # asked for while it is prepared

    def open(self, subject: CompareSubject, besides: Collection[PhotoId], max_pixels: int) -> None:
        """Its page comes at once where it was prepared, else as soon as it is read."""
        prepared, self._next = self._next, None
        if prepared is not None and prepared.photo.id == subject.photo_id:
            self._on_page(prepared)
        elif self._preparing == subject.photo_id:
            self._awaited = partial(self.read, subject, besides, max_pixels)
        else:
            self._awaited = None
            self.read(subject, besides, max_pixels)

    def read(self, subject: CompareSubject, besides: Collection[PhotoId], max_pixels: int) -> None:
        """Opens the photo anew."""
        work = partial(
            read_compare_page,
            self._catalog,
            subject.photo_id,
            subject.restoration_ids,
            max_pixels,
            besides=besides,
        )
        self._read(partial(or_error, work), self._on_page, "page")

    def prepare(self, photo_id: PhotoId, besides: Collection[PhotoId], max_pixels: int) -> None:
        """Opens a photo that is likely to be asked for next."""
        self._preparing = photo_id
        work = partial(prepare_page, self._catalog, photo_id, max_pixels, (*besides, photo_id))
        self._read(work, self._on_prepared, "next")

    def forget(self, changes: CatalogChanges) -> None:
        """What was prepared may not be true any more."""
        if self._next is not None and (changes.everything or self._next.photo.id in changes.photos):
            self._next = None

    def _on_prepared(self, page: ComparePage | None) -> None:
        self._preparing = None
        awaited, self._awaited = self._awaited, None
        if awaited is None:
            self._next = page
        elif page is not None:
            self._on_page(page)
        else:
            awaited()
