"""The manipulation suite: fifteen families in three forms, and the figures that every grader is held to."""
