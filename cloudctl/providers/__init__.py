"""Clouds that can be spoken to: one package each, and the registry that gives the right one."""
