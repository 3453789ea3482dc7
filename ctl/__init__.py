"""alivectl: the operator's client, over the bus only.

``__main__``   the commands          ``tables``      PURE: documents -> text for a person
``processes``  what psutil knows of the workers' processes
"""
