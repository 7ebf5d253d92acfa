"""Questions to the human; each answers with a value or None."""
