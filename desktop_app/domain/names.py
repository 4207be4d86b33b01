"""What a person's name may consist of, wherever it comes from."""

import unicodedata

LONGEST_NAME = 200  # characters
_UNFIT = {"Cc", "Cs", "Co", "Cn"}  # Unicode's controls, halves of signs, and signs of nobody
_STEERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of what follows and so can make a name look like another."""


def is_unfit(sign: str) -> bool:
    """Whether a sign cannot be shown, or steers how its neighbours are shown."""
    return unicodedata.category(sign) in _UNFIT or sign in _STEERING


def cleaned_name(text: str) -> str:
    """A stranger's spelling of a name: composed (NFC), without unfit signs and needless spaces."""
    spaced = " ".join(text.split())
    kept = "".join(sign for sign in spaced if not is_unfit(sign))
    return " ".join(unicodedata.normalize("NFC", kept).split())
