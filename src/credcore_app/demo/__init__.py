"""A whole assessment over real HTTP, as a student's browser would take it."""
