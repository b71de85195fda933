"""The routes, one module a noun; each has a `router` whose paths are complete."""
