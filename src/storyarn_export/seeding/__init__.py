"""Synthetic projects of any size: the same seed makes the same story."""
