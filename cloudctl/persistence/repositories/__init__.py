"""The repositories, one module a noun: how a unit of work finds and keeps domain objects."""
