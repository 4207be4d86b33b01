"""Numbers typed on the command line, refused in a sentence where none can be meant."""

import argparse
from collections.abc import Callable

_LARGEST = 2**63 - 1  # what the catalog can hold


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers between two, for argparse."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(
                f"a whole number from {least} to {most} is needed, not {text}"
            )
        return int(text)

    return read


percent = whole_number(0, 100)
seed = whole_number(0, 2**31 - 1)
year = whole_number(1000, 9999)


def listed(text: str) -> int:
    """The number under which something stands in a list of ours."""
    if not text.isdecimal() or not 0 <= int(text) <= _LARGEST:
        raise argparse.ArgumentTypeError(f"a number as the lists show it is needed, not {text}")
    return int(text)
