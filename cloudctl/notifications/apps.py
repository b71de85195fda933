"""What notices about applications say: subject and body by template."""

from __future__ import annotations

from cloudctl.messages import mark

APPS: dict[str, tuple[str, str]] = {
    "app_asked": (
        mark("The application {code} waits for approval"),
        mark(
            "A policy asks for your approval before {title} ({code}) is deployed.\n\n"
            "See `cloudctl apps status {code}`, then `cloudctl apps approve {code}` or `cloudctl apps reject {code}`."
        ),
    ),
    "app_running": (
        mark("{title} is running"),
        mark("The application {title} ({code}), release {release}, is deployed and answers: {url}"),
    ),
    "app_waiting": (
        mark("The application {code} waits for a host"),
        mark("No host has room for {title} ({code}).\n\nIt is deployed by itself as soon as there is one."),
    ),
    "app_failed": (
        mark("The application {code} could not be deployed"),
        mark("{title} ({code}) was not deployed, and nothing of it stands."),
    ),
    "app_attention": (
        mark("The application {code} needs a person"),
        mark(
            "Something went wrong with {title} ({code}), and a person has to look.\n\n{stands}\n\n"
            "See `cloudctl apps status {code}`."
        ),
    ),
    "app_rolled_back": (
        mark("The upgrade of {code} was rolled back"),
        mark("{title} ({code}) runs the release {release} again: the new one did not answer its checks."),
    ),
    "app_upgraded": (
        mark("{title} was upgraded"),
        mark("{title} ({code}) runs the release {release}, and answers: {url}"),
    ),
    "app_undone": (
        mark("{code}: nothing was changed"),
        mark("What was to be done to {title} ({code}) could not be done, and nothing was changed."),
    ),
    "app_restored": (
        mark("{title} was restored"),
        mark("The backup of {day} was put back into {title} ({code}), and it answers: {url}"),
    ),
    "app_moved": (
        mark("{title} was moved"),
        mark("{title} ({code}) stands on another host now, and answers under the same name: {url}"),
    ),
    "app_retired": (
        mark("{title} was retired"),
        mark("{title} ({code}) was backed up and taken down. Its backups are kept for {days} days."),
    ),
}
