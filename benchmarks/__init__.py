"""How fast and how large: `python -m benchmarks` measures, prints tables and rewrites docs/performance.md."""
