"""Container engines of other kinds, started for a test and tried by a whole task."""
