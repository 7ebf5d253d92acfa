"""The refs that hold a task's checkpoints, and the way back to one."""
