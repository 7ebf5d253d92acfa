"""What will be done, resolved to the last flag, as data."""
