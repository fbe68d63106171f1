"""Names of files in headers."""

import re
import unicodedata
from urllib.parse import quote

# What a quoted string may hold without escapes, and no file system minds.
NOT_PLAIN = re.compile(r"[^A-Za-z0-9._ -]+")


def attachment(filename: str) -> str:
    """The Content-Disposition of a download: an ASCII name for old clients, the true one in `filename*`."""
    ascii_only = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    fallback = NOT_PLAIN.sub("_", ascii_only).strip(" .") or "export"
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(filename, safe='')}"
