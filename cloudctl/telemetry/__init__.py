"""What the platform tells of itself: logs, and later the series of the clouds."""
