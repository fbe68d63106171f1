"""Names of XLIFF, and what states mean."""

from storyarn_export.localization.texts import DRAFT, FINAL, IN_PROGRESS, PENDING, REVIEW

CORE = "urn:oasis:names:tc:xliff:document:2.0"
METADATA = "urn:oasis:names:tc:xliff:metadata:2.0"
XML = "http://www.w3.org/XML/1998/namespace"
SPACE = f"{{{XML}}}space"
# The library gives no prefix of its own to the namespace that XML itself has.
NAMESPACES = {None: CORE, "mda": METADATA, "xml": XML}
OURS = "storyarn"
STATUS, HASH = "status", "source-hash"
# Behind the status of what has no translation yet, so that one that is brought is known to be new.
UNTRANSLATED = ", untranslated"
STATES = {
    PENDING: "initial",
    DRAFT: "translated",
    IN_PROGRESS: "translated",
    REVIEW: "translated",
    FINAL: "final",
}
INITIAL = "initial"


def core(name: str) -> str:
    """The tag of an element of the core."""
    return f"{{{CORE}}}{name}"


def metadata(name: str) -> str:
    """The tag of an element of the metadata module."""
    return f"{{{METADATA}}}{name}"


UNIT, SEGMENT, IGNORABLE = core("unit"), core("segment"), core("ignorable")
SOURCE, TARGET, CP = core("source"), core("target"), core("cp")
GROUP, META = metadata("metaGroup"), metadata("meta")
