"""The program in the gate's container: the only way out of every sandbox."""
