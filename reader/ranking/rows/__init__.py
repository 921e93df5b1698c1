"""Read and write the rows of ranking: lessons, lists that were shown, ranks, models, talk."""
