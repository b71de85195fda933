"""Playbooks, carried out by Ansible through ansible-runner in a process of its own a run."""
