"""Dagster's page behind a guard: who may look, what may be asked for, and how all of it stops."""
