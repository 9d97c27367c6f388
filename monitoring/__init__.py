"""What watches the service: the Grafana dashboards' source, and pictures of them."""
