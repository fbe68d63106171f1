"""Server-Sent Events: the state of jobs, told as it changes.

A wake-up only says which job to look at. What is sent is always read from the row, so merged, doubled and lost
wake-ups change nothing but the moment.
"""
