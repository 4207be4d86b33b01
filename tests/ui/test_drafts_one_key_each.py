"""A batch's drafts through the real window: one key each, undo, export, and all is kept."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.ids import PersonId
from desktop_app.domain.restoration import RestorationState
from desktop_app.jobs.runner import JobRunner
from desktop_app.models.store import ModelStore
from desktop_app.operations.eyes import Eyes
from desktop_app.settings.places import places
from desktop_app.settings.settings import Settings
from desktop_app.ui.subjects import ExportSubject
from tests.ui.painting import MODEL, Library
from tests.ui.restored import PaintedRestorer

_WAIT = 20_000


class _PaintedEmbedder:
    id = MODEL

    def embed(self, image: Any, landmarks: Any) -> Any:
        return np.eye(128, dtype=np.float32)[0]


@pytest.fixture
def likeness(
    qtbot: QtBot, tmp_path: Path, library: Library, runner: JobRunner, monkeypatch: Any
) -> Likeness:
    """The whole window, with an engine and eyes that paint."""
    where = places(tmp_path / "home")
    store = ModelStore(tmp_path / "none", where.models)
    eyes = Eyes(cast(Any, None), cast(Any, _PaintedEmbedder()))
    monkeypatch.setattr(Likeness, "_open_eyes", lambda self: eyes)
    monkeypatch.setattr(Likeness, "_open_restorer", lambda self, engine: PaintedRestorer())
    made = Likeness(library.catalog, where, store, runner, Settings(theme="dark"))
    qtbot.addWidget(made.window)
    made.begin([], False)  # its folder is not read anew
    return made


@pytest.fixture
def drafted(qtbot: QtBot, likeness: Likeness, library: Library) -> PersonId:
    """Anna, confirmed in six photos, of which the batch made six drafts that are being judged."""
    catalog = library.catalog
    anna = catalog.people.add("Anna")
    catalog.faces.confirm(library.faces[0], anna)
    likeness.window.go("person", anna)
    qtbot.waitUntil(likeness.person.restore_all.isEnabled, timeout=_WAIT)
    qtbot.mouseClick(likeness.person.restore_all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(_of(catalog, RestorationState.DRAFT)) == 6, timeout=_WAIT)
    messages = likeness.bench.messages
    qtbot.waitUntil(lambda: hasattr(messages.toast, "action"), timeout=_WAIT)
    assert "6 drafts" in messages.toast.words.text()
    qtbot.mouseClick(messages.toast.action, Qt.MouseButton.LeftButton)
    assert likeness.window.shown is likeness.compare
    qtbot.waitUntil(lambda: likeness.compare.candidate() is not None, timeout=_WAIT)
    return anna


def _of(catalog: Catalog, state: RestorationState) -> list[Any]:
    return list(catalog.restorations.ids(state=state))


def _press(qtbot: QtBot, likeness: Likeness, key: Qt.Key) -> None:
    likeness.window.activateWindow()
    qtbot.keyClick(likeness.compare.desk.left, key)


def test_each_draft_takes_one_key_and_one_to_go_on(
    qtbot: QtBot, likeness: Likeness, library: Library, drafted: PersonId, tmp_path: Path
) -> None:
    catalog, compare = library.catalog, likeness.compare
    judged = []
    for number in range(6):
        qtbot.waitUntil(
            lambda: (
                compare.candidate() is not None
                and compare.candidate().restoration.id not in judged
                and compare.notice.isHidden()
            ),
            timeout=_WAIT,
        )
        result = compare.candidate().restoration.id
        judged.append(result)
        accepts = number % 3 != 2
        _press(qtbot, likeness, Qt.Key.Key_Return if accepts else Qt.Key.Key_Delete)
        wanted = RestorationState.ACCEPTED if accepts else RestorationState.REFUSED
        qtbot.waitUntil(
            lambda result=result, wanted=wanted: catalog.restorations.get(result).state is wanted,
            timeout=_WAIT,
        )
        assert not compare.notice.isHidden()
        qtbot.waitUntil(lambda: not likeness.bench.runner.jobs(), timeout=_WAIT)
        if number < 5:
            _press(qtbot, likeness, Qt.Key.Key_Return)  # on to the next photo
    assert len(set(judged)) == 6

    # the last one is taken back, and waits again where it is seen
    likeness.window.undo_wanted.emit()
    qtbot.waitUntil(
        lambda: catalog.restorations.get(judged[5]).state is RestorationState.DRAFT, timeout=_WAIT
    )
    qtbot.waitUntil(compare.notice.isHidden, timeout=_WAIT)
    qtbot.waitUntil(lambda: not likeness.bench.runner.jobs(), timeout=_WAIT)
    assert compare.candidate().restoration.id == judged[5]
    _press(qtbot, likeness, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: catalog.restorations.get(judged[5]).state is RestorationState.ACCEPTED,
        timeout=_WAIT,
    )

    # export what was accepted
    accepted = _of(catalog, RestorationState.ACCEPTED)
    assert sorted(accepted) == sorted([*judged[:2], *judged[3:]])
    photos = tuple(catalog.restorations.get(one).photo_id for one in accepted)
    out = tmp_path / "out"
    out.mkdir()
    likeness.window.go("export", ExportSubject(photo_ids=photos))
    likeness.export.form.take_folder(str(out))
    rows = likeness.export.rows
    qtbot.waitUntil(
        lambda: sum(row.request is not None for row in rows.values()) == 5, timeout=5_000
    )
    qtbot.waitUntil(likeness.export.start.isEnabled, timeout=5_000)
    likeness.export.export()
    qtbot.waitUntil(lambda: len(list(out.iterdir())) == 5, timeout=_WAIT)
    qtbot.waitUntil(lambda: not likeness.jobs.at_work(), timeout=_WAIT)

    # all is there after reopening
    likeness.window.close()
    with Catalog.open(places(tmp_path / "home").catalog) as again:
        assert sorted(_of(again, RestorationState.ACCEPTED)) == sorted(accepted)
        assert _of(again, RestorationState.REFUSED) == [judged[2]]
        assert _of(again, RestorationState.DRAFT) == []
