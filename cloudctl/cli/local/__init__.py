"""Commands that run beside the server and may import it: `bootstrap`, `settings`, policies."""
