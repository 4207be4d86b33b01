"""The weights the application knows, where they lie, and how they are opened."""
