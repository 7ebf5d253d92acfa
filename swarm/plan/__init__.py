"""Plans as data: every container and name, resolved to the last flag."""
