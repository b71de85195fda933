"""Which machines and systems nobody uses: judged day by day, by one policy for all."""
