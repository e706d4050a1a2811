"""The tests of course/ itself."""
