"""Names the files of an export, so that no two of them take the same name."""

from collections.abc import Sequence
from pathlib import Path, PurePath

from desktop_app.imaging.encode import SUFFIX_OF


def file_names(sources: Sequence[str], added: str, file_format: str) -> list[str]:
    """A name for each source: its own, what is `added` to it, and the format's suffix.

    Sources of the same name in different folders are numbered.
    """
    taken: set[str] = set()
    names = []
    for source in sources:
        stem = " ".join(filter(None, (PurePath(source).stem, added.strip())))
        name = stem + SUFFIX_OF[file_format]
        number = 2
        while name.casefold() in taken:
            name = f"{stem} {number}{SUFFIX_OF[file_format]}"
            number += 1
        taken.add(name.casefold())
        names.append(name)
    return names


def next_name(path: Path) -> Path:
    """The same name with the next number: "print restored 2.jpg" after "print restored.jpg"."""
    stem, _, number = path.stem.rpartition(" ")
    if stem and number.isdecimal() and int(number) >= 2 and len(number) < 4:
        return path.with_name(f"{stem} {int(number) + 1}{path.suffix}")
    return path.with_name(f"{path.stem} 2{path.suffix}")


def free_name(path: Path, others: Sequence[Path] = ()) -> Path:
    """The path itself, or the next of its names that no file and none of `others` has."""
    taken = {str(other).casefold() for other in others}
    while path.exists() or path.is_symlink() or str(path).casefold() in taken:
        path = next_name(path)
    return path
