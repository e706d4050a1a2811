"""Mistakes on purpose, as a learner makes them: tests run them and show the symptom.

The notes quote this code as wrong. It is in the style of the stages, without types.
"""
