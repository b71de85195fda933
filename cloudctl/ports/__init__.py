"""What the core needs from the outside, as Protocols. Adapters live in the packages that `bootstrap` picks from."""
