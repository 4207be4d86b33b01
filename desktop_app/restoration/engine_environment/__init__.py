"""The large engine's private environment: packages added to an installed application."""
