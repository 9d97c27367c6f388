"""What a national payer needs, by a simulation of the pipeline with the costs that bench measured.

``figures`` reads the costs, ``assumptions`` names what was not measured; ``claim``, ``topic``,
``cores``, ``member``, ``group`` and ``pipeline`` are the model; ``validation``, ``scenarios``
(with ``faults``), ``replay``, ``encounters`` and ``provision`` ask it things.
"""
