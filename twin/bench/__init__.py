"""The measured marks."""
