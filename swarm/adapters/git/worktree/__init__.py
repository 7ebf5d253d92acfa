"""Creation, registration and removal of a task's worktree."""
