"""Names of files and addresses made from names that people give."""

import re
import unicodedata

NOT_IN_SLUG = re.compile(r"[^a-z0-9\s-]+")
NOT_IN_MEMBER = re.compile(r"[^A-Za-z0-9_-]+")
MAX_STEM_LENGTH, MAX_EXTENSION_LENGTH = 80, 16
SEPARATORS = re.compile(r"[\s-]+")


def slugify(name: str) -> str:
    """A name in lowercase ASCII with hyphens; empty when nothing of it can be kept.

    Accents fall away by decomposition; letters without one (`ß`, `東`) are dropped. Source: the platform's own rule.
    """
    decomposed = unicodedata.normalize("NFD", name)
    plain = "".join(char for char in decomposed if unicodedata.category(char) != "Mn").lower()
    return SEPARATORS.sub("-", NOT_IN_SLUG.sub("", plain)).strip("-")


def member_name(asset_id: str, filename: str) -> str:
    """The name of an asset's file in a bundle: `assets/<id>-<safe filename>`, ASCII, unique by its id."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    stem, _, kind = plain.rpartition(".")
    safe = NOT_IN_MEMBER.sub("_", stem).strip("_")[:MAX_STEM_LENGTH] or "file"
    extension = NOT_IN_MEMBER.sub("_", kind).strip("_")[:MAX_EXTENSION_LENGTH]
    return f"assets/{asset_id}-{safe}.{extension}" if extension else f"assets/{asset_id}-{safe}"


def export_filename(*, name: str, slug: str, project_id: int, extension: str) -> str:
    """The name of an exported file: from the project's name, else its slug, else its id."""
    return f"{slugify(name) or slug or f'project-{project_id}'}.{extension}"
