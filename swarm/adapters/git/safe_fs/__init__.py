"""Files an agent wrote, opened by descriptor so that no link leads elsewhere."""
