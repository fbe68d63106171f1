"""The part of `bootstrap` that builds the use cases of files for translators."""

from dataclasses import dataclass

import asyncpg

from storyarn_export.localization.apply import ApplyTexts
from storyarn_export.localization.spool import Spool
from storyarn_export.localization.write import WriteTexts


@dataclass(frozen=True, slots=True)
class Localization:
    """The use cases of files for translators.

    Attributes:
        write: someone wants the texts as a file.
        apply: such a file comes back.
        spool: has the files while they are on their way.
    """

    write: WriteTexts
    apply: ApplyTexts
    spool: Spool


def build_localization(*, bulk: asyncpg.Pool, reads: asyncpg.Pool) -> Localization:
    """The use cases of files for translators, on what `bootstrap` has built.

    Args:
        bulk: connections to the primary.
        reads: connections for streaming reads.
    """
    spool = Spool()
    return Localization(WriteTexts(reads, spool), ApplyTexts(bulk), spool)
