"""What operators see: metrics of the database and of the process, and traces.

- `catalogue`: every metric there is
- `durable`: what the database knows, which is true over all processes
- `process`: what only a process knows: its requests, streams, listeners, running jobs
- `exposition`: both as text, made at most once a second
- `scrape_port`: the text on a port of its own, for processes that serve nothing else
- `spans`: traces from the request over the queue to the run (API of OpenTelemetry only)
- `exporting`: where spans go (SDK of OpenTelemetry, only when tracing is on)
"""
