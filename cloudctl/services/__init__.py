"""The use cases, one module a noun: the only place that opens a unit of work.

A use case takes the context and the request, checks what the actor may do, and makes its whole change in one
transaction. The HTTP API and the steps of workflows call the same functions.
"""
