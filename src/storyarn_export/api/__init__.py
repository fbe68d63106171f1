"""The HTTP API.

- `app`, `server`: the application, and the server that runs it
- `routes`: the operations; `schemas`: what they take and give
- `auth`, `permissions`, `dependencies`: who may do what
- `problems`, `errors`: what is answered when something is wrong
- `middleware`: what every request passes through
- `streams`: Server-Sent Events
"""
