"""Connections to targets: each module speaks one protocol, and none imports another."""
