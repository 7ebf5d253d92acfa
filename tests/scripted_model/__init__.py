"""The model that says what a script wants, in each protocol."""
