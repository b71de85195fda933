"""Drift (漂移): what a cloud and our records disagree about, each with its evidence and one next step."""
