"""Telling people: what a notice says in both languages, and the channels that carry it (`ports.notifier.Notifier`)."""
