"""Tells from a repository's tracked files what its tasks need. Pure: reads no disk."""
