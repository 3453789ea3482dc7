"""alivectl: the operator's client, over the bus only; `monitor` also listens on the wire.

``__main__``   the commands          ``tables``      PURE: documents -> text for a person
``why``        PURE: one instance    ``processes``   what psutil knows of the workers' processes
``monitor``    adverts on the wire   ``adverts``     PURE: what is wrong with an advert, and for whom
``capture``    the packet socket
"""
