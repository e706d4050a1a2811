"""The pages in a real Chromium: python -m course test-browser."""
