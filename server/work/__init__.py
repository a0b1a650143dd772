"""Does the jobs of uploads: claims them, hears the files, and stores what was said."""
