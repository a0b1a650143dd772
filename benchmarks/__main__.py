"""`python -m benchmarks`. Nothing else."""

from benchmarks.commands import bench

bench(prog_name="python -m benchmarks")
