"""The language side of Huixin: Rasa's NLU, trained, measured and served from an environment of its own."""
