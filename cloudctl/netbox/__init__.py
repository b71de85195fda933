"""NetBox, as far as it is read here; its protocol and the library for it have their one home here."""
