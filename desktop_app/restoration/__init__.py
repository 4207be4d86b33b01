"""Networks that restore a face with the help of other photos of the same person."""
