"""Adoption (纳管): whose the objects become that already run, and what cannot be taken."""
