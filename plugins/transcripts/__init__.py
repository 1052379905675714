"""Shell examples that are run, not remembered: a plugin for Pelican."""


def register() -> None:
    """Connect to Pelican, which calls this once when it loads the plugin."""
    # Loaded here, so that the engine can be used without Pelican.
    from .plugin import register as connect

    connect()
