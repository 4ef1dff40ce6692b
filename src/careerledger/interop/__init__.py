"""Read and write other programs' files, one module for each format."""
