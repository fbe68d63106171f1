"""Progress: from the transaction that changes a job to everyone who watches it.

A notification only says which job to look at; the row holds the rest.

- `change`: what is said, and how it travels
- `publisher`: says it in the transaction of the change
- `throttle`: how often a run says it (pure)
- `listener`: one connection a process that hears it
- `broadcaster`: bounded, merging fan-out to those who watch
"""
