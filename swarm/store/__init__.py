"""One file of truth: one writer of events, many readers, and the door for wishes."""
