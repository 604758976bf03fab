"""Measuring a running service over HTTP: load, latencies, processor time, memory."""
