"""Consolidation: pure planners over the register, a snapshot in and an explained plan out."""
