"""The values that every room speaks in: photos, faces, people, references, restorations."""
