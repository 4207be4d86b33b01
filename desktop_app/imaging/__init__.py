"""Files and pixels: photos found, decoded upright, described, shrunk to thumbnails, exported."""

import logging

# What these readers remark about odd files is told to the user in our words, once, per file.
for _reader in ("PIL", "tifffile"):
    logging.getLogger(_reader).setLevel(logging.CRITICAL)
