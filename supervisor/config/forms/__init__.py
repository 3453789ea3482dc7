"""The forms that a value can have: how it is written, what is made of it, and how it is written again.

`form.py` says what a form is; each other file holds the forms of one kind of value. A form sees the words after a
keyword and nothing else: no place, no machine, no other value. Ranges stand in the rows of the grammar.
"""
