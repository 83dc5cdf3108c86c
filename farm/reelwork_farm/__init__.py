"""The farm: the same film from a cluster."""
