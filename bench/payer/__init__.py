"""Capacity for a national payer: simulates the pipeline with the costs that the bench measured.

``figures`` reads the costs, and ``assumptions`` has what was not measured. ``claim``, ``topic``,
``cores``, ``member``, ``group`` and ``pipeline`` are the model. ``validation``, ``scenarios`` (with
``faults``), ``replay``, ``encounters`` and ``provision`` use it.
"""
