"""What operators see of a running paper: metrics for Prometheus, and traces for OpenTelemetry."""
