"""Commands for whoever makes a release; nothing here is part of the program."""
