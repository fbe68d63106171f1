"""The program `storyarn-export`: one module a command.

Server commands (`up`, `api`, `worker`, `migrate`, `doctor`, `token`, `projects`) work on the database through
`server_side`, client commands (`export`) talk HTTP. stdout carries results, stderr everything else.
"""
