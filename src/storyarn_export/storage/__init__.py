"""Where finished files lie: one small interface, over a directory or an S3 bucket.

Keys are relative paths with `/`, such as `exports/12/<job>.storyarn.json`. A file is visible under its key only when it
is complete; until then it is an upload, which is completed or aborted.
"""
