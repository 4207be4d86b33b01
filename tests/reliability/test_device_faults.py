"""A graphics card fails in the middle of work: one job ends with a sentence, the next one runs."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.domain.errors import DeviceFailed, DeviceOutOfMemory, ExpectedError
from desktop_app.domain.photo import PhotoState
from desktop_app.domain.progress import Report, silent
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import index_folder
from desktop_app.restoration.apart import process as apart_process
from desktop_app.restoration.apart import restorer as apart
from desktop_app.settings.settings import Settings
from tests.noise_album import make_noise_album
from tests.reliability.long_session import Session
from tests.stand_in_eyes import EYES, MiddleDetector
from tests.ui.conftest import *  # noqa: F403 -- the painted library and its runner

FAULTY_CHILD = Path(__file__).with_name("faulty_child.py")
OUT_OF_MEMORY = "Failed to allocate memory for requested buffer of size 268435456"
FAULT = "CUDA error cudaErrorIllegalAddress:an illegal memory access was encountered"


class Hearing(QObject):
    """Every job's failure."""

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self.failures: list[Exception] = []
        runner.job_added.connect(self._follow)

    @Slot(object)
    def _follow(self, job: Job) -> None:
        job.failed.connect(self._hear)

    @Slot(object)
    def _hear(self, error: Exception) -> None:
        self.failures.append(error)


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path, "compact")
    qtbot.addWidget(made.window)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("said", "told"), [(OUT_OF_MEMORY, DeviceOutOfMemory), (FAULT, DeviceFailed)]
)
def test_a_restoration_that_the_device_fails_is_told_and_the_next_one_runs(
    session: Session, monkeypatch: pytest.MonkeyPatch, said: str, told: type[ExpectedError]
) -> None:
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException

    hearing = Hearing(session.runner)
    session.restore(1, 0)
    passes = onnxruntime.InferenceSession.run
    failed: list[str] = []

    def scarce(self: object, outputs: object, inputs: dict[str, object]) -> object:
        if "degraded" in inputs and not failed:
            failed.append(said)
            raise RuntimeException(said)
        return passes(self, outputs, inputs)

    monkeypatch.setattr(onnxruntime.InferenceSession, "run", scarce)
    session.ask(2, 1)
    assert [type(error) for error in hearing.failures] == [told]
    assert session.drafts == 2  # the first, and the one after the failure


def test_a_device_that_fails_while_indexing_costs_no_photo_its_place(
    tmp_path: Path,
) -> None:
    from desktop_app.catalog import Catalog
    from desktop_app.operations.add_folder import add_folder

    class FailingDetector(MiddleDetector):
        looks = 0

        def detect(self, image: np.ndarray) -> list:  # type: ignore[type-arg]
            type(self).looks += 1
            if self.looks == 5:
                raise DeviceFailed("The device reported a fault.")
            return super().detect(image)

    make_noise_album(tmp_path / "photos", 14)
    with Catalog.open(tmp_path / "catalog") as catalog:
        folder_id, _ = add_folder(catalog, tmp_path / "photos")
        thumbnails = ThumbnailStore(tmp_path / "thumbnails", 10**8)
        failing = Eyes(FailingDetector(), EYES.embedder)
        with pytest.raises(DeviceFailed):
            index_folder(catalog, folder_id, failing, thumbnails, silent)
        photos = catalog.photos.many(catalog.photos.ids())
        assert not [photo for photo in photos if photo.state is PhotoState.FAILED]
        index_folder(catalog, folder_id, failing, thumbnails, silent)
        photos = catalog.photos.many(catalog.photos.ids())
        assert {photo.state for photo in photos} == {PhotoState.INDEXED}


def test_after_a_fault_the_window_opens_its_models_anew(
    qtbot: QtBot,
    runner: JobRunner,
    join: Callable[..., Likeness],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    likeness = join(Settings())
    forgotten: list[str] = []
    monkeypatch.setattr(likeness.eyes, "forget", lambda: forgotten.append("eyes"))
    monkeypatch.setattr(likeness.restorer, "forget", lambda: forgotten.append("restorer"))

    def fail(error: Exception) -> Callable[[Report], None]:
        def work(report: Report) -> None:
            raise error

        return work

    scarce = Job("Restoring", fail(DeviceOutOfMemory("Too little memory.")))
    with qtbot.waitSignal(scarce.finished):
        runner.submit(Lane.RESTORE, scarce)
    assert forgotten == []
    faulty = Job("Restoring", fail(DeviceFailed("A fault.")))
    with qtbot.waitSignal(faulty.finished):
        runner.submit(Lane.RESTORE, faulty)
    assert forgotten == ["eyes", "restorer"]


@pytest.mark.parametrize(("kind", "told"), [("oom", DeviceOutOfMemory), ("fault", DeviceFailed)])
def test_the_large_engine_fails_in_its_process_and_the_next_face_is_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, told: type[ExpectedError]
) -> None:
    pytest.importorskip("torch", reason="torch, which runs the large engine, is not here")
    pytest.importorskip("diffusers", reason="diffusers, which the large engine uses, is not here")
    from desktop_app.restoration.instant_restore.convert import convert
    from desktop_app.restoration.instant_restore.process import InstantRestoreProcess
    from tests.restoration.instant_restore import tiny

    weights = tmp_path / "tiny.safetensors"
    checkpoint = tiny.save(tiny.build()[1], tmp_path / "tiny.ckpt.pt")
    convert(checkpoint, weights, architecture=tiny.ARCHITECTURE)
    command = [sys.executable, str(FAULTY_CHILD), kind, str(tmp_path / "failed")]
    for module in (apart, apart_process):
        monkeypatch.setattr(module, "child_command", lambda python: command)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", os.fspath(Path(__file__).resolve().parents[2]))
    pictures = ((tiny.pictures(3, 8) + 1) * 127.5).round().numpy().astype(np.uint8)
    crop, *references = pictures.transpose(0, 2, 3, 1)
    restorer = InstantRestoreProcess(weights, "cpu")
    try:
        memory = restorer.encode_references(references)
        before = restorer.pid
        with pytest.raises(told, match="choose"):
            restorer.restore(crop, memory, 0)
        assert restorer.restore(crop, memory, 0).crop.shape == crop.shape
        assert (restorer.pid == before) == (told is DeviceOutOfMemory)
    finally:
        restorer.close()
