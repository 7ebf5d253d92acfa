"""Whole screens; each is given what it needs and knows no other."""
