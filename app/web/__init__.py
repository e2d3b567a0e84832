"""The web: webhooks of providers, the API, the console, the phone simulator, public pages."""
