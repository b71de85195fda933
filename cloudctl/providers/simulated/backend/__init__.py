"""The simulated cloud itself: its storage and its rules, in its own words.

Nothing here knows the platform's errors or facts; `provider` is the client that translates.
"""
