"""What is wrong with a project, or may be: every rule over one snapshot, in one pass that never fills the memory.

- `rules`: all rules as data, in the order of reports
- `report`: findings, counted and kept up to a limit
- `conditions`, `instructions`, `texts`, `pins`, `graph`, `cycles`: what rules say, pure
- `links`: references, judged by what is live and what is in the file
- `usage`: which sheets anything uses
- `sheets`, `flows`, `nodes`, `scenes`, `screenplays`, `translations`: rows of a section through the rules
- `validate`: all of it in order
"""
