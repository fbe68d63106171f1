"""The way back in: files become projects, or parts of them.

- `receive`: a file comes in and is stored
- `look`, `preview`: what it holds and would meet
- `request`: someone wants it executed
- `run`: one run, which looks or executes; `attempt` is the one transaction, `commit` its end
- `execute`: the engine
- `status`: every write to a job row but that end
- `cancel`, `rescue`, `forget`: stops, goes on after dead workers, removes files
- `load`: a file becomes a new project, without a job
"""
