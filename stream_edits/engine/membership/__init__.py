"""The member of a consumer group: its partitions, where it reads them, and the other members."""
