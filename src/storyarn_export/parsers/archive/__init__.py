"""ZIP archives, read from a store that gives ranges of bytes: nothing is unpacked whole, nothing is trusted.

- `end`: where the list of members is
- `directory`: the list, and which archives are refused for it
- `member`: the bytes of one member
"""
