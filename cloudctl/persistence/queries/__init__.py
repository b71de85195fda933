"""The reads, one module a noun: statements built once, rows straight into the structs of `ports.queries`."""
