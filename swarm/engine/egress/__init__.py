"""What a task may reach: its policy, grants, budget and network."""
