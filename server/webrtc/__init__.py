"""Sound that comes over WebRTC (WHIP), and captions that go back the same way."""
