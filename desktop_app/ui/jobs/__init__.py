"""What the application is working at, with progress and a way to stop it."""
