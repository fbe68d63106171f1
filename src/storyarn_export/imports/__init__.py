"""The way back in: files become projects."""
