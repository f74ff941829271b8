"""The pages of publication on the internal portal."""
