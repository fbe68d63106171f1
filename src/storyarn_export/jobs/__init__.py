"""What exports and imports have in common as background work.

- `rows`: a write to a job row, told to subscribers in its own transaction
- `steady`: small transactions that wait for a database that is away
- `faults`: which faults pass by themselves
- `told`: a fault in the words of a job's row
- `winding_down`: the end of a run, which cancellations do not cut off
- `deadlock`: transactions that may stand in each other's way
- `once`: requests that may come more than once and make one job
- `dead`: queue entries whose worker is dead
"""
