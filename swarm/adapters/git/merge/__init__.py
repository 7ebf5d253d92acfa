"""A reviewed tree, merged into a branch and written into its checkout."""
