"""Side channels: a structured client beside the agent's own screen."""
