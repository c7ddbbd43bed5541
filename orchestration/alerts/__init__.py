"""Someone is told: what happened and what to do next, by mail, webhook or file, once. Never a child."""
