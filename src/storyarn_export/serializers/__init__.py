"""Story rows into bytes, one package per format.

- `registry`: the formats there are, and what each can hold
- `writing`: incremental JSON
- `formats/<name>`: one format each; they never import each other
"""
