"""The morning's pipe, each stage resumable by running it again:

    sources | gather → posts, mentions, batches | follow links | resolve → papers | rank
            | fetch PDF | extract → passages | encode → vectors

A stage is `for x in store.missing_x(): store.add_x(make_x(x))`: one item, one
transaction, the slow work outside it. A kill between two items loses nothing; a failed
item is counted and comes again when its time has come. Adapters are given.
"""
