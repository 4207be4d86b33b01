"""The screen of the models: what is here, under which terms, and how one comes in."""
