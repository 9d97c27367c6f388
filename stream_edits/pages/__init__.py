"""Pages for people: HTML files that a browser opens without a server.

A template extends `base.html.j2` and imports `parts.html.j2`. Its page has no script and loads
nothing: a content security policy in the page forbids both.
"""

from .page import render as render
