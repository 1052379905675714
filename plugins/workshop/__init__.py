"""What the author's tasks do; ``tasks.py`` gives each its name and its help.

The engine that runs examples and weaves them into pages is the package ``transcripts``. Nothing
here knows how it works: it is started as a process, and says by its exit status what it found.
"""
