"""Read and write the rows of notes and exports."""
