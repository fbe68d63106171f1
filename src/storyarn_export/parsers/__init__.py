"""Files into story rows: one forward pass in bounded memory, every refusal with a code and a place.

A parser knows its format and nothing of the database. `guard` holds the limits that every format keeps.
"""
