"""The dashboard: the task list, one task's preview, and what waits for you."""
