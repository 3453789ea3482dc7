"""A virtual address moves between two hosts, on this machine: `make demo`, or `python -m examples.demo`.

``__main__``  sets the stage, tells the story, cleans up         ``steps``  what is done, and what must be seen
``timeline``  one line for each thing that was seen, with the time it took
"""
