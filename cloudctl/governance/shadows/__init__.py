"""Shadow systems (影子系统): what runs unregistered, and what duplicates another system, each with its reasons."""
