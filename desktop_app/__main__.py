"""The door: a command in the terminal, or the window where no command is given."""

import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from desktop_app.imaging.apart import READER_SWITCH
from desktop_app.restoration.apart.process import ENGINE_SWITCH


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; without a command it opens the window.

    `ENGINE_SWITCH` makes this a restorer's own process instead, `READER_SWITCH` that of
    decoders that may break; both load neither. `self-test` walks through the rooms.
    """
    multiprocessing.freeze_support()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == [ENGINE_SWITCH]:
        return _be_the_engine()
    if given == [READER_SWITCH]:
        return _be_a_reader()
    if not given or given[0] == "window":
        return _open_window([Path(folder) for folder in given[1:]])
    if given == ["self-test"]:
        return _walk_the_rooms()
    from desktop_app import cli

    return cli.run(given)


def window() -> int:
    """The entry without a console: opens the window, with the folders that were handed over."""
    multiprocessing.freeze_support()
    if sys.argv[1:] == [ENGINE_SWITCH]:
        return _be_the_engine()
    if sys.argv[1:] == [READER_SWITCH]:
        return _be_a_reader()
    return _open_window([Path(folder) for folder in sys.argv[1:]])


def _be_the_engine() -> int:
    from desktop_app.restoration.apart import child

    return child.main()


def _be_a_reader() -> int:
    from desktop_app.imaging import apart_reader

    return apart_reader.main()


def _walk_the_rooms() -> int:
    from desktop_app import self_test

    return self_test.run()


def _open_window(folders: Sequence[Path]) -> int:
    if not has_display():
        print(
            "There is no display to open a window on. Start Likeness in a desktop session, or use "
            "its commands: likeness --help",
            file=sys.stderr,
        )
        return 1
    from desktop_app.app import run_window

    return run_window(None, folders)


def has_display() -> bool:
    """Whether Qt finds somewhere to open a window: without one it ends the process."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
