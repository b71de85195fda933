"""Nouns and rules of the field, without I/O.

One module a noun. A noun's module holds up to three kinds of class: the noun itself (what we keep on record), its
`...Request` (what is asked of a cloud) and its `...Fact` (what a cloud reports).
"""
