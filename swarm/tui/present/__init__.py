"""Turns values into the words, glyphs and colours that stand for them; pure."""
