"""Which photo, which face and which result is judged, and what was decided in this sitting."""

from collections.abc import Collection

from desktop_app.domain.ids import PhotoId, RestorationId
from desktop_app.domain.restoration import RestorationState
from desktop_app.ui.compare.reading import Candidate, ComparePage, FaceToJudge
from desktop_app.ui.subjects import CompareSubject


class Judging:
    """The screen's memory of one sitting: a photo, or one photo after another."""

    def __init__(self) -> None:
        self.subject: CompareSubject | None = None
        self.page: ComparePage | None = None
        self.place = 0  # of the face among the page's faces
        self.number = 0  # of the result among the face's results
        self.accepted: dict[PhotoId, None] = {}  # photos in which a result was accepted
        self.passed: list[PhotoId] = []  # photos that were judged or left for later
        self.left: dict[PhotoId, None] = {}  # those of them in which a face still waits
        self._decided: set[RestorationId] = set()

    def begin(self, subject: CompareSubject) -> None:
        """Takes up a photo; where it is not one of many, a new sitting begins."""
        if not subject.going_on:
            self.accepted.clear()
            self.passed.clear()
            self.left.clear()
            self._decided.clear()
        self.subject = subject
        self.page = None
        self.place = self.number = 0

    @property
    def going_on(self) -> bool:
        """Whether the next photo follows by itself."""
        return self.subject is not None and self.subject.going_on

    @property
    def besides(self) -> tuple[PhotoId, ...]:
        """Photos that shall not come again in this sitting."""
        here = (self.subject.photo_id,) if self.subject else ()
        return (*self.passed, *here)

    @property
    def faces(self) -> tuple[FaceToJudge, ...]:
        return self.page.faces if self.page else ()

    @property
    def face(self) -> FaceToJudge | None:
        return self.faces[self.place] if self.faces else None

    @property
    def candidate(self) -> Candidate | None:
        """The result that is judged now."""
        face = self.face
        return face.candidates[min(self.number, len(face.candidates) - 1)] if face else None

    @property
    def shown(self) -> tuple[RestorationId, ...]:
        """The results to be read again after a change: what was refused here stays."""
        asked = self.subject.restoration_ids if self.subject else ()
        return (*asked, *sorted(self._decided - set(asked)))

    def choose(self, number: int) -> bool:
        """Another result of the face, counted from 0; False where there is none."""
        face = self.face
        if face is None or number >= len(face.candidates):
            return False
        self.number = number
        return True

    def step(self, way: int) -> bool:
        """The next face (1) or the one before (-1), round and round.

        False at the end of one photo of many: another photo is meant.
        """
        place = self.place + way
        if self.going_on and not 0 <= place < len(self.faces):
            return False
        self.place = place % len(self.faces) if self.faces else 0
        self.number = 0
        return True

    def decide(self, accepted: bool) -> bool:
        """Notes the decision on this face and goes to the next that waits; False at the end."""
        face, page = self.face, self.page
        if face is None or page is None:
            return False
        self._decided |= _ids(face)
        if accepted:
            self.accepted[page.photo.id] = None
        waiting = [
            place
            for place, other in enumerate(page.faces)
            if other.undecided and not _ids(other) & self._decided
        ]
        if not waiting:
            return False
        self.place = next((p for p in waiting if p > self.place), waiting[0])
        self.number = 0
        return True

    def leave(self) -> None:
        """This photo is behind us, whether it was judged or not."""
        if self.page is not None:
            photo = self.page.photo.id
            self.passed.append(photo)
            if any(face.undecided and not _ids(face) & self._decided for face in self.faces):
                self.left[photo] = None
            else:
                self.left.pop(photo, None)

    def take(self, page: ComparePage) -> bool:
        """Shows what was read; whether it brings another face or result before the eye.

        A face whose decision was undone since the page was read comes up again; one decided just
        now may still be undecided in a page that was read before.
        """
        fresh = self.page is None
        back = self._taken_back(page)
        self.page = page
        self.place = min(self.place, max(0, len(page.faces) - 1))
        if back is not None:
            self.place, self.number = back, 0
            states = {c.restoration.state for f in page.faces for c in f.candidates}
            if RestorationState.ACCEPTED not in states:
                self.accepted.pop(page.photo.id, None)
        return fresh or back is not None

    def elsewhere(self, changed: Collection[RestorationId]) -> set[RestorationId]:
        """What was decided in this sitting in another photo, among these results."""
        here = {one for face in self.faces for one in _ids(face)}
        return self._decided & set(changed) - here

    def wait_again(self, subject: CompareSubject) -> None:
        """A decision of an earlier photo was undone: it is no longer behind us."""
        self._decided -= set(subject.restoration_ids)
        self.accepted.pop(subject.photo_id, None)
        self.left.pop(subject.photo_id, None)
        self.passed = [photo for photo in self.passed if photo != subject.photo_id]

    def _taken_back(self, page: ComparePage) -> int | None:
        decided = {one for f in self.faces if not f.undecided for one in _ids(f)}
        places = []
        for place, face in enumerate(page.faces):
            if face.undecided and _ids(face) & decided:
                self._decided -= _ids(face)
                places.append(place)
        return places[0] if places else None


def _ids(face: FaceToJudge) -> set[RestorationId]:
    return {candidate.restoration.id for candidate in face.candidates}
