"""What is wrong with this machine, with a stage, or with anybody's Channels project.

Only the standard library is used here: the doctor must work where set-up does not.
"""
