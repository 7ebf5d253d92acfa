"""The SQLite file: one writer of events, many readers, and the wishes of front ends."""
