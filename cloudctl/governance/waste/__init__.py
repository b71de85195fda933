"""Waste besides zombies (闲置浪费): what is held and not used, each with its evidence and what it would give back."""
