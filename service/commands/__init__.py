"""The subcommands of `policy-search`, one module per group; `service.cli` puts them together."""
