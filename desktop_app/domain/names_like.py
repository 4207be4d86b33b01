"""Finds the names that somebody may have meant who mistyped one."""

import difflib
import unicodedata
from collections.abc import Iterable

_NEAR = 0.6  # difflib's ratio: two of nine letters may be wrong
_MOST = 3


def names_like(typed: str, known: Iterable[str]) -> str:
    """ " Did you mean Ann Lee or Anna Lee?", beginning with a space; "" where none is near.

    Case and accents do not count, and a part of a name (a first name) finds the whole.
    """
    plain = {_plain(name): name for name in known}
    asked = _plain(typed)
    near = difflib.get_close_matches(asked, plain, _MOST, _NEAR)
    near += [name for name in plain if asked and set(asked.split()) & set(name.split())]
    found = [plain[name] for name in dict.fromkeys(near)][:_MOST]
    if not found:
        return ""
    before = f"{', '.join(found[:-1])} or " if len(found) > 1 else ""
    return f" Did you mean {before}{found[-1]}?"


def _plain(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(sign for sign in parts if not unicodedata.combining(sign)).split())
