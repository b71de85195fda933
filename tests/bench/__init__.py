"""Performance as ratios: each measure runs cloudctl and a named peer in interleaved rounds of one run.

python -m tests.bench               # all, and writes docs/performance.md
python -m tests.bench lists cli     # some, and prints only
"""
