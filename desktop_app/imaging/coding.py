"""Finds the way from a photo's own samples to colours and back."""

from desktop_app.domain.photo import SourcePixels
from desktop_app.imaging.matrix_profile import MatrixCoding, matrix_coding
from desktop_app.imaging.table_profile import TableCoding, table_coding


def coding_of(pixels: SourcePixels) -> MatrixCoding | TableCoding | None:
    """None for sRGB, for photos without a profile, and for broken ones."""
    return matrix_coding(pixels) or table_coding(pixels)
