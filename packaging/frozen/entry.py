"""What the frozen application starts with."""

import sys
from pathlib import Path

from desktop_app.__main__ import main, window

if __name__ == "__main__":
    windowed = Path(sys.executable).stem.lower() == "likeness-window"
    sys.exit(window() if windowed else main())
