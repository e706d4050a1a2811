"""The stories: one module a stage, named like it.

Each has BROWSERS, the names of its lanes, and play(story), which is the story.
"""
