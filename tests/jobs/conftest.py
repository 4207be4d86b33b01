"""Jobs need a Qt application, but no screen."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
