"""Gives up what the large engine kept of reference photos; needs no torch."""

from pathlib import Path

from desktop_app.domain.whole_file import as_expected


def forget_memories(folder: Path) -> None:
    """Deletes every memory and latent below `folder`: they are made again when next needed.

    Their names are checksums of pixels, so nobody can say whose they are: all of them go.
    Raises `NotPermitted` where one cannot be deleted.
    """
    for file in folder.rglob("*"):
        if not file.is_dir() or file.is_symlink():
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise as_expected(error, file) from error
