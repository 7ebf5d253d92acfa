"""One adapter a tool: its calls block within a time limit and raise our errors."""
