"""What every command loads, loaded once: a process that has imported this forks the commands of the tests."""

from importlib import import_module

from orchestration.definitions import defs

for name in ("expectations.context", "expectations.gate", "orchestration.pipeline"):
    import_module(name)
defs.resolve_job_def("refresh")
