"""Commands that run beside the server and may import it: `bootstrap`, `settings`, policies. Never on a plain command."""
