"""Likeness: restores degraded faces in old photographs with other photos of the same person."""

__version__ = "0.1.0"
