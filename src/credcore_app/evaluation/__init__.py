"""Graders held against people, against themselves, and against answers that try to talk them into points."""
