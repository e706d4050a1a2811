"""The machinery of the course: everything that is about the stages and not in them."""
