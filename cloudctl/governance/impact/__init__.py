"""What depends on what carries it (影响分析): who is affected, through what, and who is to be told."""
