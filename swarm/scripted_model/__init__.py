"""A model server that follows a script, in the four protocols that agents speak."""
