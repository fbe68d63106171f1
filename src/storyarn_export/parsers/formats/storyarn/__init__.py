"""The native format, read as the contract's last section says."""

from storyarn_export.parsers.formats.storyarn.document import StoryarnDocument

__all__ = ["StoryarnDocument"]
