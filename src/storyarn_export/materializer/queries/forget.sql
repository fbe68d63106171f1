-- Back to where nothing is decided. Staged rows must not have been changed.
TRUNCATE roots, settled, matches, ids, filled
