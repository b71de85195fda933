"""Documents that people hand in and take away; each format's library has its one home here."""
