"""What requests must look like (pydantic) and what answers look like (msgspec), one module a noun."""
