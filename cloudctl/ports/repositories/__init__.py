"""What is kept of each noun, as Protocols: one file a noun, as in persistence/repositories."""
