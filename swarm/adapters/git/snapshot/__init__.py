"""A snapshot of a worktree as git objects, taken without running its filters."""
