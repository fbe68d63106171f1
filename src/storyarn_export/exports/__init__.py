"""Exports: deciding, counting, running, and telling how far they are.

- `request`: a person asks; a job row is made, and a queue entry in the same transaction when it is large
- `decide`: inside the request or through the queue (pure)
- `run`: one attempt at one job
- `validating`: what comes before the file is written; `validate`: the same alone
- `document`: rows through a serializer, the loop that both ways share
- `quick`: a small project streamed at once, without a job
- `status`: every write to a job row
- `cancel`: stops and removes exports
- `sweep`: removes what the runs of one export have stored
- `clean_up`: removes what time has made useless: `clean_files` in the store, `clean_rows` in the database
"""
