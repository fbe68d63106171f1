"""Pure types and rules: no input, no output, no framework.

- `story`: sections and kinds of a project, and how they nest
- `options`: what an export is asked to hold
- `lifecycle`: states of jobs
- `conditions`: conditions and assignments as stored
- `losses`: what a format could not hold
- `backoff`, `cron`, `waiting`: when to try again, when to begin, and until when to wait
- `errors`: the tree of errors
"""
