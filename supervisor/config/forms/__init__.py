"""The forms that a value can have: how it is written, what is made of it, and how it is written again.

`form.py` says what a form is; each other file holds the forms of one kind of value. A form sees the words after a
keyword and nothing else: no place, no machine, no other value. Ranges stand in the rows of the grammar.

``numbers`` ``text`` ``combined`` ``programs``    what many keywords have
``settings`` ``lvs_settings``                     the whole daemon
``instances`` ``links`` ``interfaces``            instances, the interfaces made for them, others
``trackers`` ``tracking`` ``tracked_servers``     trackers, and the lines that name them
``addresses`` ``routes`` ``rules``                lines of options: ``options``, ``network``, ``quantities``, ``encap``
``lvs`` ``checks``                                virtual servers and checks
"""
