"""Use cases: each loads what it needs through ports, lets the rules decide, and stores what they said."""
