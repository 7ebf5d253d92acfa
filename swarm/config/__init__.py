"""What the human wrote."""
