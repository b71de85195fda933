"""What notices about incidents and maintenance say: subject and body by template."""

from __future__ import annotations

from cloudctl.messages import mark

INCIDENTS: dict[str, tuple[str, str]] = {
    "incident_opened": (
        mark("{title} does not answer"),
        mark(
            "The application {title} ({code}, who answers for it: {owner}) does not answer as it should since {since}: "
            "{reason}\n\n{url}\n\nThe incident is closed by itself once it answers. See `cloudctl incidents list`."
        ),
    ),
    "incident_certificate_expired": (
        mark("The certificate of {title} has expired"),
        mark(
            "The certificate of {title} ({code}, who answers for it: {owner}) has expired, and browsers turn its users "
            "away, since {since}: {reason}\n\n{url}"
        ),
    ),
    "incident_certificate_ending": (
        mark("The certificate of {title} ends soon"),
        mark("The certificate of {title} ({code}) was to be renewed by now and was not: {reason}\n\n{url}"),
    ),
    "incident_closed": (
        mark("{title} answers again"),
        mark("What was wrong with {title} ({code}) since {since} is over: {url}"),
    ),
    "maintenance_planned": (
        mark("Maintenance from {since}: {name}"),
        mark(
            "From {since} until {until} these applications may be out of service: {apps}\n\n{reason}\n\n"
            "See `cloudctl maintenance list`."
        ),
    ),
    "maintenance_cancelled": (
        mark("Cancelled: {name}"),
        mark("The maintenance from {since} until {until} of these applications is cancelled: {apps}"),
    ),
}
