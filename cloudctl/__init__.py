"""cloudctl: the shared private cloud of a city's e-government office, asked for, approved, built and accounted for."""

__version__ = "0.1.0"
