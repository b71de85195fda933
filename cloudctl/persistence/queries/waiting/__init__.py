"""What makes people wait, by its kind: orders, matters of other nouns, and heaps that are one row with a count."""
