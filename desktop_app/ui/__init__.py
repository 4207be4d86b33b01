"""What the user sees: the window, its screens, its words and its look."""
