"""Pure planners: a snapshot in, an explained plan out. They read no clock and no database and change nothing."""
