"""The keeper: its loop, and the parts that the loop owns."""
