"""Regions of a screen: attributes down, messages up."""
