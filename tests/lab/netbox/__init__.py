"""A real NetBox on loopback, for recording what it answers: tests/unit/netbox/recorded/README.md says how."""
