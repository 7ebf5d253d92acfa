"""A task's life, from its creation to the removal of what it left."""
