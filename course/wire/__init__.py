"""Both sides of the wire: what browsers and server see, in one timeline.

`asgi` runs in the server's process, around the stage's application, and `layer` around
its channel layer. `serve` starts that process's server, `command` runs one of the
stage's commands. Both report `events` to the demo's process, where `timeline` joins the
two ends of each frame into a row, `told` arranges the rows of a transcript, and
`render` and `layer_render` draw them.
"""
