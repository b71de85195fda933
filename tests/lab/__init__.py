"""The test lab: real back ends that the tests talk to, started on this machine alone."""
