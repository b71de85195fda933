"""What must not be read: sealing for what is kept, masking for what is written down."""
