"""What is wrong with anybody's Channels project, found by reading its syntax trees.

Nothing of the project is imported or run. What is not sure is not said.
"""
