"""The command line: a client of the HTTP API, and the local commands beside the server (`local/`).

A plain command imports Click, the standard library and `messages`, nothing else: it starts in the time of a few bare
interpreters, and a test keeps it so.
"""
