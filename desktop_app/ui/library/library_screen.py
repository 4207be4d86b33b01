"""The library: all photos in a grid, filtered, searched, dated."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QMessageBox,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.catalog.values import PhotoFilter
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.photo import PhotoDate, PhotoState
from desktop_app.ui import controls, theme, words
from desktop_app.ui.library.date_dialog import DateDialog
from desktop_app.ui.library.filter_bar import FilterBar
from desktop_app.ui.library.library_reading import LibraryPage, Standing, read_library
from desktop_app.ui.library.looking_line import LookingLine, LookingShown
from desktop_app.ui.photo_grid import PhotoGrid
from desktop_app.ui.screen import Screen, Workbench
from desktop_app.ui.subjects import ExportSubject, PhotoSubject, RestoreSubject

_RESTED_MS = 250  # after scrolling, until what is seen is asked for first
_TILES_A_MS = 100  # shown photos for which a refresh waits a millisecond longer


class LibraryScreen(Screen):
    """The grid and what narrows it.

    Signals:
        add_folder_wanted(): choose a folder and add it.
        rescan_wanted(FolderId): look for new photos in a folder.
        remove_folder_wanted(FolderId): take a folder out of the library.
        date_wanted([PhotoId], PhotoDate): the photos were taken then.
        restore_wanted([PhotoId]): everybody who waits to be restored in these photos.
        seen([PhotoId]): the photos on the screen that still wait to be looked at, or may.
        pause_wanted(), resume_wanted(): look at no more photos for now; go on.
    """

    add_folder_wanted = Signal()
    rescan_wanted = Signal(object)
    remove_folder_wanted = Signal(object)
    date_wanted = Signal(object, object)
    restore_wanted = Signal(list)
    seen = Signal(object)
    pause_wanted = Signal()
    resume_wanted = Signal()

    key = "library"
    icon = "library"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._page: LibraryPage | None = None
        self._standing: Standing | None = None  # None once something changed, till it is read anew
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._read)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_SMALL)
        self.filters = FilterBar()
        self.filters.filter_changed.connect(self._on_filter)
        self.filters.rescan_wanted.connect(self.rescan_wanted)
        self.filters.remove_folder_wanted.connect(self._on_remove_folder)
        layout.addWidget(self.filters)
        layout.addWidget(self._make_banner())
        self._line = self._make_line()
        layout.addWidget(self._line)
        self._stack = QStackedWidget()
        layout.addWidget(self._stack, 1)
        self.grid = PhotoGrid(
            bench.runner, bench.catalog.photos.many, bench.pictures, self.tr("Photos")
        )
        self.grid.photo_opened.connect(self._on_opened)
        self.grid.chosen_changed.connect(self._show_line)
        self._rested = QTimer(self)
        self._rested.setSingleShot(True)
        self._rested.setInterval(_RESTED_MS)
        self._rested.timeout.connect(self._tell_seen)
        self._closer = False  # photos are looked at a second time
        self.grid.verticalScrollBar().valueChanged.connect(self._rested.start)
        self.grid.photos.rows_read.connect(self._rested.start)
        holder = QWidget()
        around = QVBoxLayout(holder)
        around.setContentsMargins(theme.GAP, 0, 0, 0)
        around.addWidget(self.grid)
        self.empty = controls.EmptyState("library", "", "")
        self.empty.wished.connect(self._on_empty_wish)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(holder)
        self._add = controls.button(self.tr("Add a folder"), icon="folder-add")
        self._add.setParent(self)
        self._add.hide()
        self._add.clicked.connect(self.add_folder_wanted)

    def _make_banner(self) -> QWidget:
        self._banner = QWidget()
        layout = QHBoxLayout(self._banner)
        layout.setContentsMargins(theme.GAP_LARGE, 0, theme.GAP_LARGE, 0)
        card = controls.Card(theme.GAP_SMALL + theme.GAP_TINY)
        self._banner_words = controls.label("", wrap=True)
        again = controls.button(self.tr("Look again"), "quiet", icon="retry")
        again.clicked.connect(self._on_look_again)
        line = controls.row(controls.IconLabel("offline", "warning"), self._banner_words, again)
        line.setStretch(1, 1)
        card.body.addLayout(line)
        layout.addWidget(card)
        self._banner.hide()
        return self._banner

    def _make_line(self) -> QWidget:
        line = QWidget()
        line.setFixedHeight(theme.TARGET + theme.GAP_TINY)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(theme.GAP_LARGE, 0, theme.GAP_LARGE, 0)
        layout.setSpacing(theme.GAP_SMALL)
        self._count = controls.label("", "soft")
        layout.addWidget(self._count)
        self.looking_line = LookingLine()
        self.looking_line.pause_wanted.connect(self.pause_wanted)
        self.looking_line.resume_wanted.connect(self.resume_wanted)
        layout.addWidget(self.looking_line, 1)
        self._set_date = controls.button(self.tr("Set the date"), "quiet", icon="date", keys="D")
        self._set_date.clicked.connect(self.ask_date)
        self._restore = controls.button(self.tr("Restore"), "quiet", icon="restore", keys="R")
        self._restore.clicked.connect(self._on_restore)
        self._export = controls.button(self.tr("Export"), "quiet", icon="export", keys="Ctrl+E")
        self._export.clicked.connect(self._on_export)
        for made in (self._set_date, self._restore, self._export):
            layout.addWidget(made)
        layout.addStretch()
        layout.addWidget(controls.IconLabel("photo", "text_soft", 14))
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setRange(112, 320)
        self._size.setSingleStep(16)
        self._size.setValue(184)
        self._size.setFixedWidth(120)
        self._size.setAccessibleName(self.tr("Size of the thumbnails"))
        self._size.setToolTip(self.tr("Size of the thumbnails"))
        self._size.valueChanged.connect(self._on_size)
        layout.addWidget(self._size)
        layout.addWidget(controls.IconLabel("photo", "text_soft", 20))
        return line

    def title(self) -> str:
        return self.tr("Library")

    def header_widgets(self) -> list[QWidget]:
        return [self._add]

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("Return", self.tr("Open the photo")),
            ("R", self.tr("Restore the chosen photos")),
            ("D", self.tr("Set the date of the chosen photos")),
            ("Ctrl+E", self.tr("Export the chosen photos")),
            ("Ctrl+F", self.tr("Search")),
            ("Ctrl+A", self.tr("Choose all photos")),
        ]

    def show_subject(self, subject: Any) -> None:
        self._read()

    def refresh(self, changes: CatalogChanges) -> None:
        self.grid.photos.refresh(changes)
        if not self.isVisible():
            return
        if changes.everything or changes.photos or changes.faces:
            self._read()
        elif changes.folders and not self._soon.isActive():
            self._standing = None
            # while a folder is read: 100,000 ids are read and told apart in some 50 ms
            self._soon.start(len(self.grid.photos.ids()) // _TILES_A_MS)

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        self.grid.setFocus(reason)

    @Slot()
    def _read(self) -> None:
        self._standing = None
        self._ask()

    @Slot(object)
    def _on_filter(self, _wanted: PhotoFilter) -> None:
        self._ask()

    def _ask(self) -> None:
        """Reads what is wanted now; an answer that is still on its way is dropped."""
        self._soon.stop()
        work = partial(read_library, self.bench.catalog, self.filters.filter(), self._standing)
        self.read(work, self._on_page)

    def _on_page(self, page: LibraryPage) -> None:
        self._page = page
        self._standing = page.standing
        for narrowing in (self.filters, self._line):  # there is nothing to be narrowed yet
            narrowing.setVisible(bool(page.standing.folders))
        self.filters.set_failed(page.standing.failed)
        self.filters.set_folders(page.standing.folders)
        self.grid.show_ids(page.ids)
        if page.ids:
            self._stack.setCurrentIndex(1)
            if not self.grid.currentIndex().isValid():
                first = self.grid.photos.index(0)
                flags = self.grid.selectionModel().SelectionFlag.NoUpdate
                self.grid.selectionModel().setCurrentIndex(first, flags)
        else:
            self._show_empty(page)
        self._show_banner(page)
        self._show_line()

    def _show_empty(self, page: LibraryPage) -> None:
        self._stack.setCurrentIndex(0)
        if not page.standing.folders:
            self.empty.say(
                "folder-add",
                self.tr("No folders yet"),
                self.tr("Choose a folder of photos. It is only ever read, never written to."),
                self.tr("Add a folder"),
            )
        elif not self.filters.is_plain():
            self.empty.say(
                "filter",
                self.tr("No photo fits"),
                self.tr("None of the {n} photos of the library meets what is asked for.").format(
                    n=words.number(page.standing.total)
                ),
                self.tr("Show all photos"),
            )
        else:
            self.empty.say(
                "photo",
                self.tr("No photos found so far"),
                self.tr(
                    "The folder is being read, or it holds no photos. JPEG, PNG, TIFF, WebP, "
                    "AVIF, HEIC, BMP, GIF and camera RAW are understood."
                ),
                self.tr("Add another folder"),
            )

    def offline_words(self) -> str:
        """What is said of a drive that is away; empty while none is."""
        return "" if self._banner.isHidden() else self._banner_words.text()

    def _show_banner(self, page: LibraryPage) -> None:
        away = [folder for folder in page.standing.folders if folder.offline]
        self._banner.setVisible(bool(away))
        if away:
            self._banner_words.setText(
                self.tr(
                    "{folder} is not connected. Its photos are shown from memory; reading goes on "
                    "by itself, and they can be restored, when the drive is back."
                ).format(folder=words.shown(away[0].path))
            )

    @Slot()
    def _show_line(self) -> None:
        page = self._page
        chosen = self.grid.chosen_count()
        for made in (self._set_date, self._restore, self._export):
            made.setVisible(chosen > 0)
        self.looking_line.set_room(chosen == 0)
        if page is None:
            return
        if chosen:
            said = words.counted(chosen, self.tr("1 chosen"), self.tr("{n} chosen"))
        else:
            said = words.counted(len(page.ids), self.tr("1 photo"), self.tr("{n} photos"))
        self._count.setText(said)

    @Slot(object)
    def show_looking(self, state: LookingShown | None) -> None:
        """How far the folders are looked through; None: they are."""
        self.looking_line.show_state(state)
        closer = state is not None and state.closer
        if closer and not self._closer:
            self._rested.start()
        self._closer = closer

    @Slot()
    def _tell_seen(self) -> None:
        ids = self.grid.photos.ids()
        # a photo that is read may still wait for a closer look
        wanted = {PhotoState.FOUND, *([PhotoState.INDEXED] if self._closer else [])}
        here = map(self.grid.photos.known, (ids[row] for row in self.grid.shown_rows()))
        waiting = [photo.id for photo in here if photo and photo.state in wanted]
        if waiting and self.isVisible():
            self.seen.emit(waiting)

    @Slot(int)
    def _on_size(self, side: int) -> None:
        self.grid.wish_side(side)

    @Slot(object)
    def _on_opened(self, photo_id: object) -> None:
        if self._closer:
            self.seen.emit([photo_id])
        self.go_wanted.emit("photo", PhotoSubject(photo_id, self.grid.photos.ids()))  # type: ignore[arg-type]

    @Slot()
    def _on_empty_wish(self) -> None:
        if self._page is not None and self._page.standing.folders and not self.filters.is_plain():
            self.filters.show_everything()
        else:
            self.add_folder_wanted.emit()

    @Slot()
    def _on_look_again(self) -> None:
        for folder in self._page.standing.folders if self._page else ():
            if folder.offline:
                self.rescan_wanted.emit(folder.id)

    @Slot(object)
    def _on_remove_folder(self, folder_id: object) -> None:
        answer = QMessageBox.question(
            self,
            self.tr("Take the folder out of the library?"),
            self.tr(
                "Its photos, names and restorations leave the library. The files themselves stay "
                "as they are. This cannot be undone."
            ),
        )
        if answer == QMessageBox.StandardButton.Yes:
            self.remove_folder_wanted.emit(folder_id)

    @Slot()
    def _on_restore(self) -> None:
        chosen = self.grid.chosen_ids()
        if len(chosen) == 1:
            self.go_wanted.emit("restore", RestoreSubject(chosen[0]))
        elif chosen:
            self.restore_wanted.emit(chosen)

    @Slot()
    def _on_export(self) -> None:
        self.go_wanted.emit("export", ExportSubject(photo_ids=tuple(self.grid.chosen_ids())))

    @Slot()
    def ask_date(self) -> None:
        """Asks for the date of the chosen photos."""
        chosen = self.grid.chosen_ids()
        if not chosen:
            return
        photo = self.grid.photos.known(chosen[0])
        self._dialog = DateDialog(len(chosen), photo.taken if photo else PhotoDate(), self)
        self._dialog.finished.connect(self._on_date)
        self._dialog.open()

    @Slot(int)
    def _on_date(self, result: int) -> None:
        if result == QDialog.DialogCode.Accepted:
            self.date_wanted.emit(self.grid.chosen_ids(), self._dialog.date())
        self._dialog.deleteLater()

    def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        if event.key() == Qt.Key.Key_F and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.filters.search.setFocus()
            return
        super().keyPressEvent(event)
