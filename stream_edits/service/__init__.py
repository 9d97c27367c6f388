"""The stages as a service: metrics, health checks, signals."""
