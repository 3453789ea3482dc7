"""The parent process: reads keepalived.conf, starts and watches the workers, routes what they say.

``cli``         the command line and its exit codes         ``options``     keepalived's options as a frozen record
``config``      keepalived.conf -> configuration types      ``boot``        from the command line to a running parent
``parent``      the loop: signals, bus, reload, the end     ``crew``        all workers: start, greet, watch, stop
``team``        the table of workers                        ``children``    one worker's life as the parent sees it
``zygote``      the helper that forks workers               ``forker``      the parent's end of that helper
``logpipe``     a worker's standard error, line by line     ``phase``       where a process is in its life
``restart``     PURE: an exit -> again when, or give up     ``patience``    PURE: heartbeats -> hung or not
``router``      PURE: who receives what, what is retained   ``reload``      PURE: two configurations -> what is sent
``changes``     PURE: the same, value by value              ``effects``     PURE: what a change can disturb
``names``       PURE: instances with other names            ``departed``    PURE: instances that are gone
``disturbance`` PURE: which change disturbs what; ``disturbance_vrrp`` is the vrrp worker's part of that table
``scheduling``  PURE: which priority a worker has           ``sched``       the system calls for it
``dumpfiles``   PURE: the text of SIGUSR2                   ``private``     files that are nobody else's business
``snapshot``    what is retained, for the next supervisor   ``control``     answers to alivectl
``sinks``       where log lines go                          ``systemd``     sd_notify
``pidfile``     one daemon for each runtime directory       ``daemon``      leaving the terminal
``exitcodes``   keepalived's where it has one

The parent touches no packet, no address and no check, and it never blocks.
"""
