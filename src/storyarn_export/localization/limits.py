"""What no file for translators may exceed."""

MIB = 1024 * 1024
# Of a file that is written. Hundreds of thousands of texts in a dozen languages stay below.
MAX_WRITTEN_BYTES = 1024 * MIB
# Of a file that is brought. Readers hold one row of it, those of workbooks its table of shared strings, too.
MAX_READ_BYTES = 64 * MIB
# Rows of a table, entries of a PO file, units of an XLIFF file.
MAX_ROWS = 1_000_000
MAX_COLUMNS = 400
# Of one text. PostgreSQL would take more, and no text of a story is a tenth as long.
MAX_TEXT_CHARACTERS = 1_000_000
# Changes that are gathered before the database takes them.
BATCH_ROWS = 1_000
# Of each kind that a report lists; all are counted.
MAX_LISTED = 100
# Files that one process writes or reads at a time: each keeps a thread and a connection for bulk work busy.
AT_A_TIME = 2
# Files that one process has on its disk at a time, being written, sent, received or read.
MAX_FILES = 16
# Others who import into the project are waited for so long.
LOCK_WAIT_SECONDS = 5
