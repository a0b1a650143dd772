"""Files that come whole: taken in, and transcribed by a worker."""
