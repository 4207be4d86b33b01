"""Says dates and recipes in plain English for a terminal."""

from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.domain.restoration import Restoration


def counted(number: int, thing: str) -> str:
    """ "One face" or "3 faces", to begin a sentence with."""
    return f"One {thing}" if number == 1 else f"{number} {thing}s"


def date_in_words(taken: PhotoDate) -> str:
    """ "14 June 1952", "June 1952", "1952", "the 1950s", "1948 to 1953", or nothing."""
    if taken.earliest is None or taken.latest is None:
        return ""
    if taken.precision is DatePrecision.DAY:
        return f"{taken.earliest.day} {taken.earliest:%B %Y}"
    if taken.precision is DatePrecision.MONTH:
        return f"{taken.earliest:%B %Y}"
    if taken.precision is DatePrecision.DECADE:
        return f"the {taken.earliest.year // 10 * 10}s"
    first, last = taken.earliest.year, taken.latest.year
    if first == last:
        return str(first)
    if last - first <= 4 and (first + last) % 2 == 0:
        return f"about {(first + last) // 2}"
    return f"{first} to {last}"


def recipe_in_words(restoration: Restoration) -> list[str]:
    """What a result was made with, one fact a line; enough to make it again years later."""
    settings = restoration.settings
    extras = ["tone kept"] * settings.keep_tone + ["grain laid over"] * settings.grain
    return [
        f"made {restoration.made_at.astimezone():%Y-%m-%d %H:%M} with {restoration.engine}",
        f"device {restoration.device}",
        f"weights {restoration.model_hash}",
        f"seed {restoration.seed}",
        ", ".join([f"strength {round(settings.strength * 100)} %", *extras]),
        f"source {restoration.source_hash}",
    ]
