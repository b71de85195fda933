"""Performance as ratios: each measure runs cloudctl and a named peer in interleaved rounds of one run.

python -m tests.bench               # all, into docs/performance.md
python -m tests.bench lists cli     # some: their tables there are new, the others stay
"""
