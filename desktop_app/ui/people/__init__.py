"""People: faces without a name, people with one, and the review of suggestions."""
