"""Streams whole Storyarn projects out of PostgreSQL and back in."""
