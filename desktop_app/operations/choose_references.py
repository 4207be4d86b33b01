"""Chooses the photos of a person that guide the restoration of one face, and says why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus, Embedding, Face, Landmarks
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.person import (
    Person,
    Reference,
    ReferenceChoice,
    ReferenceSet,
    ReferenceState,
)
from desktop_app.domain.photo import Photo
from desktop_app.faces.embedder import MobileFaceEmbedder

WANTED = 4  # references; the paper's identity similarity: .686 .728 .745 .756 for one to four
_SAME_SHOT = 0.97  # cosine from which two faces are frames of one moment
_ALIKE = 0.5  # cosine to the face in question from which a photo without a date is near in age
# The detector's score of 48 portraits fell where something covered the face: a random covered one
# lay under a random free one in 77 of 100 pairs for dark glasses, 80 for a scarf, 92 for half the
# face, 76 for a hat, 65 for fingers; by 0.05 at most in the middle (tried on portraits with
# painted covers; disagreeing landmarks told no better; the length of the embedding told glasses
# and hats better, but is not kept).
_COVERED = 0.06
_FAR_AGE = 15.0  # years from which an age no longer helps
_ONE_AGE = 5.0  # years within which photos show one age, for a grown-up
_FRONTAL, _THREE_QUARTER = 0.12, 0.35  # turns of the head up to which a view is called so
_ONE_POSE = 0.25  # turn from which a face shows what no photo of the set does
_YEARS_WEIGHT, _POSE_WEIGHT, _QUALITY_WEIGHT = 1.0, 0.6, 0.8
_ERA_WEIGHT = 0.2  # less than what looks alone may tell: grey photos are taken in every era


@dataclass(frozen=True)
class Candidate:
    """A confirmed face that could guide, with what is known of its photo."""

    face: Face
    photo: Photo
    embedding: Embedding | None


def choose_references(
    catalog: Catalog,
    person_id: PersonId,
    for_face: Face | None,
    count: int = WANTED,
    model: str = MobileFaceEmbedder.id,
) -> ReferenceSet:
    """The best `count` references of the person for one face (None: for any face), best first.

    Pinned ones come first, excluded ones never. Then those near in age; without dates the
    embeddings of `model` stand in for it, and whether both photos are in colour for the era. Then
    those that look the same way, then the sharp, large, well-lit and uncovered ones. Two frames of
    one moment count as one photo.
    """
    person = catalog.people.get(person_id)
    choices = catalog.references.choices(person_id)
    candidates = _candidates(catalog, person_id, for_face, model)
    alike = _alikeness(catalog, candidates, for_face, model)
    target = catalog.photos.get(for_face.photo_id) if for_face is not None else None
    pinned = [c for c in candidates if choices.get(c.face.id) is ReferenceChoice.PINNED]
    free = [c for c in candidates if choices.get(c.face.id) is None and not c.face.quality.poor]
    clearest = max((c.face.det_score for c in free), default=1.0)

    def cost(candidate: Candidate) -> float:
        covered = min(max(clearest - candidate.face.det_score, 0.0) / _COVERED, 1.0)
        return _cost(candidate, for_face, target, alike.get(candidate.face.id), covered)

    chosen = sorted(pinned, key=cost)[:count]
    for candidate in sorted(free, key=cost):
        if len(chosen) == count:
            break
        if not any(_same_shot(candidate, other) for other in chosen):
            chosen.append(candidate)
    references = tuple(
        Reference(
            face_id=c.face.id,
            photo_id=c.photo.id,
            reason=_reason(c, for_face, target, person, alike.get(c.face.id)),
            choice=choices.get(c.face.id, ReferenceChoice.AUTOMATIC),
        )
        for c in chosen
    )
    state, why = _state(person, chosen, for_face, target, count)
    return ReferenceSet(person_id, references, state, why)


def turn_of(landmarks: Landmarks) -> float:
    """How far the head is turned: the nose's way from the middle of the eyes along the line of
    the eyes, in distances of the eyes; 0 is frontal, about 0.5 a profile, its sign the side."""
    left, right, nose = landmarks[:3].astype(np.float64)
    across = right - left
    return float((nose - (left + right) / 2) @ across / max(across @ across, 1e-6))


def age_in(photo: Photo, person: Person) -> float | None:
    """The person's age in the photo, in years; None where a date is missing."""
    taken = photo.taken.middle_year
    return None if taken is None or person.born is None else taken - person.born.year - 0.5


def _candidates(
    catalog: Catalog, person_id: PersonId, for_face: Face | None, model: str
) -> list[Candidate]:
    faces = [
        face
        for face in catalog.faces.of_person(person_id, AssignmentStatus.CONFIRMED)
        if for_face is None or face.photo_id != for_face.photo_id
    ]
    photos = {photo.id: photo for photo in catalog.photos.many([f.photo_id for f in faces])}
    ids, vectors = catalog.faces.embeddings(model, [face.id for face in faces])
    embeddings = dict(zip(ids, vectors, strict=True))
    seen: set[str] = set()
    candidates = []
    for face in faces:
        photo = photos[face.photo_id]
        if photo.content_hash in seen:
            continue  # a copy of the same file guides no better than one of them
        seen.add(photo.content_hash)
        candidates.append(Candidate(face, photo, embeddings.get(face.id)))
    return candidates


def _alikeness(
    catalog: Catalog, candidates: Sequence[Candidate], for_face: Face | None, model: str
) -> dict[FaceId, float]:
    """The cosine of each candidate to the face in question, where both are described."""
    if for_face is None:
        return {}
    _, own = catalog.faces.embeddings(model, [for_face.id])
    if not len(own):
        return {}
    return {c.face.id: float(c.embedding @ own[0]) for c in candidates if c.embedding is not None}


def _cost(
    candidate: Candidate,
    for_face: Face | None,
    target: Photo | None,
    alike: float | None,
    covered: float,
) -> float:
    """Lower is better; each part lies between 0 and 1 before it is weighted."""
    quality = candidate.face.quality
    size = min(quality.size / 80.0, 1.0)
    cost = _QUALITY_WEIGHT * (1 - (quality.sharpness + quality.light + size + 1 - covered) / 4)
    if for_face is not None:
        turn = abs(turn_of(candidate.face.landmarks) - turn_of(for_face.landmarks))
        cost += _POSE_WEIGHT * min(turn / 0.5, 1.0)
    years = _years_apart(candidate, target)
    if years is not None:
        return cost + _YEARS_WEIGHT * min(years / _FAR_AGE, 1.0)
    if for_face is not None and _of_one_era(candidate.face, for_face) is False:
        cost += _ERA_WEIGHT
    if alike is None:
        return cost + _YEARS_WEIGHT * 0.5
    # Between 0.25 and 0.75, so that a known age speaks louder than a guess from looks.
    return cost + _YEARS_WEIGHT * (0.75 - 0.5 * min(max(alike, 0.0), 1.0))


def _years_apart(candidate: Candidate, target: Photo | None) -> float | None:
    here = candidate.photo.taken.middle_year
    there = None if target is None else target.taken.middle_year
    return None if here is None or there is None else abs(here - there)


def _of_one_era(one: Face, other: Face) -> bool | None:
    """Whether two photos are both in colours or both without; None where it is not known."""
    tones = one.quality.one_tone, other.quality.one_tone
    return None if None in tones else tones[0] == tones[1]


def _same_shot(one: Candidate, other: Candidate) -> bool:
    if one.embedding is None or other.embedding is None:
        return False
    return float(one.embedding @ other.embedding) > _SAME_SHOT


def _reason(
    candidate: Candidate,
    for_face: Face | None,
    target: Photo | None,
    person: Person,
    alike: float | None = None,
) -> str:
    words = []
    age = age_in(candidate.photo, person)
    years = _years_apart(candidate, target)
    if age is not None:
        words.append(f"age {'about ' if person.born and person.born.about else ''}{round(age)}")
    elif candidate.photo.taken.middle_year is not None:
        words.append(str(int(candidate.photo.taken.middle_year)))
    if years is not None and years >= 1:
        words.append(f"{round(years)} {'year' if round(years) == 1 else 'years'} apart")
    if years is None and alike is not None and alike >= _ALIKE:
        words.append("looks alike")
    if years is None and for_face is not None and _of_one_era(candidate.face, for_face):
        words.append("also without colours" if for_face.quality.one_tone else "also in colour")
    turn = turn_of(candidate.face.landmarks)
    view = _view(turn)
    if for_face is not None and abs(turn - turn_of(for_face.landmarks)) < 0.1:
        words.append(f"same {view} view")
    else:
        words.append(f"{view} view")
    quality = candidate.face.quality
    words.append("sharp" if quality.sharpness >= 0.5 else "a little soft")
    if quality.size < 40:
        words.append("small")
    return ", ".join(words)


def _view(turn: float) -> str:
    turned = abs(turn)
    return (
        "frontal" if turned < _FRONTAL else "three-quarter" if turned < _THREE_QUARTER else "side"
    )


def _state(
    person: Person,
    chosen: Sequence[Candidate],
    for_face: Face | None,
    target: Photo | None,
    count: int,
) -> tuple[ReferenceState, str]:
    if not chosen:
        return ReferenceState.NONE, f"No confirmed photo of {person.name} could guide this face."
    apart = [_years_apart(c, target) for c in chosen]
    if all(years is not None and years > _FAR_AGE for years in apart):
        return (
            ReferenceState.WEAK,
            f"All photos of {person.name} are more than {_FAR_AGE:.0f} years away from this one.",
        )
    if len(chosen) < count:
        photos = "1 photo" if len(chosen) == 1 else f"{len(chosen)} photos"
        return ReferenceState.WEAK, f"{photos} of {count}; more of them make a better likeness."
    if (years := _one_age_only(chosen)) is not None and None in apart:
        return (
            ReferenceState.WEAK,
            f"All photos are of one age, {years}; of another, {person.name} may look different.",
        )
    if for_face is not None and (view := _one_pose_only(chosen, for_face)) is not None:
        return (
            ReferenceState.WEAK,
            f"All photos are one view, {view}; this face is turned another way.",
        )
    return ReferenceState.READY, ""


def _one_pose_only(chosen: Sequence[Candidate], for_face: Face) -> str | None:
    """The one view of photos that the face in question does not share; None where one is near."""
    turns = [turn_of(c.face.landmarks) for c in chosen]
    own = turn_of(for_face.landmarks)
    alike = len({(_view(turn), turn > 0 and _view(turn) != "frontal") for turn in turns}) == 1
    if not alike or min(abs(turn - own) for turn in turns) < _ONE_POSE:
        return None
    return _view(turns[0])


def _one_age_only(chosen: Sequence[Candidate]) -> str | None:
    """The years of photos that all show the person at about one age; None where they do not."""
    years = [c.photo.taken.middle_year for c in chosen]
    known = [year for year in years if year is not None]
    if len(known) < len(years) or max(known) - min(known) > _ONE_AGE:
        return None
    first, last = int(min(known)), int(max(known))
    return str(first) if first == last else f"{first} to {last}"


def references_by_hand(
    catalog: Catalog, person_id: PersonId, faces: Sequence[FaceId], for_face: Face
) -> ReferenceSet:
    """The references that the user named, in that order, each with its facts as the reason."""
    person = catalog.people.get(person_id)
    target = catalog.photos.get(for_face.photo_id)
    named = {face.id: face for face in catalog.faces.many(faces)}
    photos = {p.id: p for p in catalog.photos.many([f.photo_id for f in named.values()])}
    candidates = [Candidate(named[i], photos[named[i].photo_id], None) for i in faces]
    references = tuple(
        Reference(
            c.face.id, c.photo.id, _reason(c, for_face, target, person), ReferenceChoice.PINNED
        )
        for c in candidates
    )
    state, why = _state(person, candidates, for_face, target, len(candidates))
    return ReferenceSet(person_id, references, state, why)
