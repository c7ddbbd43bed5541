"""The monthly performance report, made from a release alone: for people, not for machines."""
