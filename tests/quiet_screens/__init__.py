"""What the live screens show of an agent that uses its everyday tools."""
