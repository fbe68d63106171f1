"""Whether finished files say all that is needed: loaded, exported again, compared, forgotten.

- `request`, `run`, `endings`, `rescue`: from the wish to the result, whatever dies on the way
- `state`, `row`: what the export's row says of it
- `verify`: one file, in a transaction that is rolled back
- `comparing`, `values`, `emptied`, `difference`: file and copy, row by row
"""
