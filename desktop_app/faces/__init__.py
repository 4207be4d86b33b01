"""Faces in pixels and in embedding space: found, cut out upright, described, grouped, laid back."""
