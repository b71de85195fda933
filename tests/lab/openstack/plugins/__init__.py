"""Drivers that run inside the lab's OpenStack services, never in cloudctl or its tests.

The launcher copies this folder into the lab's cache as the package `cloudctl_lab_plugins`. They import
Nova, Neutron and Cinder, which only the lab's own environment has.
"""
