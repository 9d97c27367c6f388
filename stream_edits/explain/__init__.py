"""Why a claim was decided as it was, and what its provider can do about it.

A history is replayed, so that every remedy can be tried in it. Nothing here knows a policy: what an
edit asks for is in its findings, and further ways out are in its declaration (policies/ways.py).
"""
