"""Work that runs beside the window: jobs, and the lanes they wait in."""
