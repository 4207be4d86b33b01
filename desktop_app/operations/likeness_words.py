"""Says a likeness in words before it says it in numbers."""

from desktop_app.domain.restoration import UNCHANGED, Likeness

# Bounds on the cosine of the built-in embedder (fr_feature): of two clear photos of one person the
# mean was 0.67 on twelve people, of a degraded and a clear one 0.30; of strangers it is near 0.
_WORDS = ((0.60, "very like"), (0.45, "like"), (0.30, "somewhat like"), (0.15, "hardly like"))
BORDERS = tuple(sorted(bound for bound, _ in _WORDS))
"""Where the words change, from unlike to like."""


def similarity_in_words(similarity: float) -> str:
    """ "very like", "like", ... to be followed by a name."""
    return next((words for bound, words in _WORDS if similarity >= bound), "not like")


def likeness_in_words(likeness: Likeness, name: str) -> str:
    """One sentence on what the restoration did to the likeness."""
    numbers = f"{likeness.before:.2f} → {likeness.after:.2f} ± {likeness.spread:.2f}"
    if likeness.nearest_other > likeness.after:
        return (
            f"Nearer to {likeness.nearest_other_name} ({likeness.nearest_other:.2f}) "
            f"than to {name} ({numbers})"
        )
    verdict = similarity_in_words(likeness.after)
    if abs(likeness.after - likeness.before) < UNCHANGED:
        return f"As like {name} as before: {verdict} ({numbers})"
    if likeness.after < likeness.before:
        return f"The likeness fell: now {verdict} {name} ({numbers})"
    return f"{verdict.capitalize()} {name} ({numbers})"
