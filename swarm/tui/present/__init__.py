"""From values to the words, glyphs and colours that stand for them; pure."""
