"""Both sides of the wire: what browsers and server see, in one timeline.

`asgi` runs in the server's process, around the stage's application. `serve` starts that
process's server. `feed` carries the events to the demo's process, where `timeline`
joins the two ends of each frame into a row and `render` draws the rows.
"""
