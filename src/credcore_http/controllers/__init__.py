"""The calls of the API, by tag. Each handler decodes, asks one use case, and encodes."""
