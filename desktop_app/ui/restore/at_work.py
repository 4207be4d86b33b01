"""What is being worked on: the face, the result that is looked at, the references set by hand."""

from desktop_app.domain.ids import FaceId, RestorationId
from desktop_app.domain.restoration import Restoration, RestoreRequest, RestoreSettings
from desktop_app.jobs.job import Job
from desktop_app.ui.restore.reading import FaceOnPage, FaceState, RestorePage
from desktop_app.ui.restore.result_panel import MOST_VERSIONS
from desktop_app.ui.restore.tries import another_choice, draws_lots, next_seed

_WAITING = (FaceState.READY, FaceState.WEAK, FaceState.STALE)


class AtWork:
    """The screen's memory of one photo and of the jobs that it has asked for."""

    def __init__(self) -> None:
        self.page: RestorePage | None = None
        self.face_id: FaceId | None = None
        self._looked_at: dict[FaceId, RestorationId] = {}
        self._by_hand: dict[FaceId, tuple[FaceId, ...]] = {}
        self.jobs: dict[Job, frozenset[FaceId]] = {}

    @property
    def faces(self) -> tuple[FaceOnPage, ...]:
        return self.page.faces if self.page else ()

    @property
    def face(self) -> FaceOnPage | None:
        """The chosen face."""
        return self.page.face(self.face_id) if self.page else None

    @property
    def result(self) -> Restoration | None:
        """The chosen face's result that is looked at."""
        face = self.face
        if face is None:
            return None
        wanted = self._looked_at.get(face.face.id)
        return next((v for v in face.versions if v.id == wanted), face.shown)

    @property
    def results(self) -> tuple[Restoration, ...]:
        """The chosen face's newest results, oldest first."""
        return self.face.versions[-MOST_VERSIONS:] if self.face else ()

    @property
    def around(self) -> list[Restoration]:
        """The results that stand in the other faces."""
        return [f.shown for f in self.faces if f.face.id != self.face_id and f.shown]

    @property
    def running(self) -> frozenset[FaceId]:
        """The faces that are being restored."""
        return frozenset[FaceId]().union(*self.jobs.values())

    def ready(self) -> list[FaceOnPage]:
        """The faces that wait to be restored."""
        return [f for f in self.faces if f.state in _WAITING and f.face.id not in self.running]

    def begin(self, page: RestorePage) -> FaceId:
        """Takes up a page; keeps the chosen face, or chooses the first that has something to do."""
        self.page = page
        if self.face is None:
            order = (FaceState.DRAFT, FaceState.STALE, FaceState.READY, FaceState.WEAK)
            first = min(page.faces, key=lambda f: order.index(f.state) if f.state in order else 9)
            self.face_id = first.face.id
        assert self.face_id is not None
        return self.face_id

    def by_hand(self, face_id: FaceId) -> tuple[FaceId, ...]:
        """The references that the user set for a face; () where the choice is automatic."""
        return self._by_hand.get(face_id, ())

    def set_by_hand(self, references: tuple[FaceId, ...]) -> None:
        """For the chosen face."""
        if self.face_id is not None:
            self._by_hand[self.face_id] = references

    def look_at(self, number: int) -> bool:
        """Looks at another of `results`; False where there is none of that number."""
        if self.face_id is None or number >= len(self.results):
            return False
        self._looked_at[self.face_id] = self.results[number].id
        return True

    def another_try(self, engine: str) -> tuple[tuple[FaceId, ...], int] | None:
        """References and a seed that the chosen face was not restored with; None: all were."""
        face, result = self.face, self.result
        if face is not None and result is not None and draws_lots(engine, result):
            return result.references, next_seed(face, result.references)
        references = self.other_references()
        return None if references is None else (references, 0)

    def request(
        self, references: tuple[FaceId, ...], settings: RestoreSettings, seed: int = 0
    ) -> RestoreRequest:
        """To restore the chosen face; its newest result is looked at when it comes."""
        assert self.face_id is not None
        self._looked_at.pop(self.face_id, None)
        return RestoreRequest(self.face_id, references or None, settings, seed)

    def requests(self) -> list[RestoreRequest]:
        """To restore every face that is ready, each with its own references."""
        for face in self.ready():
            self._looked_at.pop(face.face.id, None)
        return [
            RestoreRequest(face.face.id, self.by_hand(face.face.id) or None)
            for face in self.ready()
        ]

    def other_references(self) -> tuple[FaceId, ...] | None:
        """References that the chosen face has not been restored with; None where all were."""
        return another_choice(self.face) if self.face else None

    def next_face(self, way: int) -> FaceId | None:
        """The face after (1) or before (-1) the chosen one."""
        ids = [face.face.id for face in self.faces]
        if self.face_id not in ids:
            return None
        return ids[(ids.index(self.face_id) + way) % len(ids)]
