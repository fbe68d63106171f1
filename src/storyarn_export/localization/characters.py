"""Characters that XML cannot hold, and PostgreSQL can."""

import re

# PostgreSQL keeps neither NUL nor surrogates. A carriage return can only be held by a reference, which not every writer
# makes of it.
NOT_IN_XML = re.compile("[\x01-\x08\x0b-\x1f\ufffe\uffff]")
