"""The figures of the monthly report, section by section, each with the query that gives it.

list(sections(sources))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from cloudctl.domain.indicators import Definition
from cloudctl.domain.reports import Band, CasesThat, Given, OrdersThat, Section, ServersThat, band_of
from cloudctl.domain.savings import Total
from cloudctl.messages import LOCALES, fill, mark, translator
from cloudctl.ports.queries.months import MonthCase, MonthOrder, MonthServer
from cloudctl.services.indicators import Line
from cloudctl.services.savings import Account

OVERVIEW = ("departments", "systems-surveyed", "platform-servers", "platform-vcpu")
UTILISATION = ("servers-cpu-low", "servers-cpu-high", "servers-memory-low", "servers-memory-high")
COUNT, SUM_VCPU = "count", "sum vcpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that a report is made of, cut down to its scope."""

    month: str
    day: date
    scope: str
    lines: Sequence[Line]
    versions: Sequence[Definition]
    servers: Mapping[ServersThat, Sequence[MonthServer]]
    orders: Mapping[OrdersThat, Sequence[MonthOrder]]
    cases: Mapping[CasesThat, Sequence[MonthCase]]
    account: Account


def address(path: str, **query: str | None) -> str:
    """The address of a query; what is None is left out."""
    given = {name.rstrip("_"): value for name, value in query.items() if value is not None}
    return f"/v1/{path}?{urlencode(given)}"


def words(message: str, **params: object) -> dict[str, str]:
    """A message of ours by locale."""
    return {locale: fill(translator(locale), message, params) for locale in LOCALES}


def sections(sources: Sources) -> Iterator[Section]:
    """The report from the top."""
    yield _section("overview", mark("Overview"), (_indicator(sources, name) for name in OVERVIEW))
    yield _utilisation(sources)
    yield _section("changes", mark("Servers opened and reclaimed"), _changes(sources))
    yield _section(
        "delivery",
        mark("Delivery time"),
        _delivery(sources),
        mark("Calendar days from submission to delivery; the day of submission does not count, and one is the least."),
    )
    yield _section("requests", mark("Requests and incidents"), _requests(sources))
    yield _section(
        "indicators",
        mark("Indicators of consolidation"),
        _indicators(sources),
        mark("Verified, not claimed. The number after v is the version of the definition."),
    )
    yield _section("cases", mark("Listed supervision"), _cases(sources))
    yield _section("savings", mark("Savings"), _savings(sources), _savings_note(sources))


def _section(name: str, title: str, figures: Iterator[Given], note: str | None = None) -> Section:
    return Section(name=name, title=words(title), figures=tuple(figures), note=None if note is None else words(note))


def _indicator(sources: Sources, name: str, *, versioned: bool = False) -> Given:
    """What an indicator came to: its share, or its total."""
    line = next(line for line in sources.lines if line.definition.name == name)
    share = line.definition.unit == "share"
    title = {
        locale: f"{text} v{line.definition.version}" if versioned else text
        for locale, text in line.definition.title.items()
    }
    return Given(
        name=name,
        title=title,
        value=line.figure.share if share else line.figure.numerator,
        unit=line.definition.unit,
        query=_of_indicator(sources, name),
        take=f"/{_place(sources, line)}/{'share' if share else 'numerator'}",
    )


def _of_indicator(sources: Sources, name: str) -> str:
    return address(f"indicators/{quote(name)}", date=sources.day.isoformat(), scope=sources.scope)


def _place(sources: Sources, line: Line) -> int:
    """Where the version stands in the answer, which has all of them."""
    name = line.definition.name
    return [one.version for one in sources.versions if one.name == name].index(line.definition.version)


def _utilisation(sources: Sources) -> Section:
    unknown = [
        Given(
            name=f"{name}-without-telemetry",
            title=words(mark("Servers without telemetry")),
            value=line.figure.excluded[line.definition.exclusions[0].name],
            unit="count",
            query=_of_indicator(sources, name),
            take=f"/{_place(sources, line)}/excluded/0/count",
        )
        for name in UTILISATION[:1]
        for line in sources.lines
        if line.definition.name == name and line.definition.exclusions
    ]
    return Section(
        name="utilisation",
        title=words(mark("Utilisation")),
        figures=(*(_indicator(sources, name) for name in UTILISATION), *unknown),
        note=words(
            mark("Shares of the servers with telemetry. Without telemetry there are no data, which is not idle.")
        ),
    )


def _changes(sources: Sources) -> Iterator[Given]:
    titles = {
        ServersThat.OPENED: (mark("Servers opened"), mark("vCPU opened")),
        ServersThat.TAKEN_OVER: (mark("Servers taken over"), mark("vCPU taken over")),
        ServersThat.RECLAIMED: (mark("Servers reclaimed"), mark("vCPU reclaimed")),
    }
    for that, (servers, vcpu) in titles.items():
        query = _list_of(sources, "servers", that)
        rows = sources.servers[that]
        yield _counted(f"servers-{that.value}", servers, len(rows), query)
        yield _counted(f"vcpu-{that.value}", vcpu, sum(one.vcpu for one in rows), query, SUM_VCPU)


def _delivery(sources: Sources) -> Iterator[Given]:
    delivered = sources.orders[OrdersThat.DELIVERED]
    bands = Counter(band_of(one.days) for one in delivered if one.days is not None)
    titles = {
        Band.DAYS_1_3: mark("1 to 3 days"),
        Band.DAYS_4_10: mark("4 to 10 days"),
        Band.DAYS_11_30: mark("11 to 30 days"),
        Band.DAYS_31_60: mark("31 to 60 days"),
        Band.OVER_60: mark("More than 60 days"),
    }
    for band, title in titles.items():
        query = _list_of(sources, "orders", OrdersThat.DELIVERED, band=band.value)
        yield _counted(f"delivered-{band.value}", title, bands[band], query)
    query = _list_of(sources, "orders", OrdersThat.DELIVERED)
    yield _counted("delivered", mark("Orders delivered"), len(delivered), query)


def _requests(sources: Sources) -> Iterator[Given]:
    titles = {
        OrdersThat.SUBMITTED: mark("Orders handed in"),
        OrdersThat.ATTENTION: mark("Builds that needed an operator"),
        OrdersThat.FAILED: mark("Builds that failed"),
    }
    for that, title in titles.items():
        yield _counted(f"orders-{that.value}", title, len(sources.orders[that]), _list_of(sources, "orders", that))


def _indicators(sources: Sources) -> Iterator[Given]:
    shown = {*OVERVIEW, *UTILISATION}
    for line in sources.lines:
        if line.definition.name not in shown:
            yield _indicator(sources, line.definition.name, versioned=True)


def _cases(sources: Sources) -> Iterator[Given]:
    titles = {
        CasesThat.OPENED: mark("Cases opened"),
        CasesThat.CLOSED: mark("Cases closed with proof"),
        CasesThat.OVERDUE: mark("Cases overdue at the end"),
    }
    for that, title in titles.items():
        yield _counted(f"cases-{that.value}", title, len(sources.cases[that]), _list_of(sources, "cases", that))


def _savings(sources: Sources) -> Iterator[Given]:
    account = sources.account
    query = address("savings", from_=account.first.isoformat(), to=account.last.isoformat(), scope=sources.scope)
    titles = {
        "gross_fen": {
            "one_off": mark("Saved once, gross"), "period": mark("Saved in the month, gross"),
            "yearly": mark("Saved a year, gross"),
        },
        "own_fen": {
            "one_off": mark("Cost of the platform, once"), "period": mark("Cost of the platform in the month"),
            "yearly": mark("Cost of the platform a year"),
        },
        "net_fen": {
            "one_off": mark("Saved once, net"), "period": mark("Saved in the month, net"),
            "yearly": mark("Saved a year, net"),
        },
    }  # fmt: skip
    totals: dict[str, Total] = {
        "one_off": account.ledger.one_off, "period": account.ledger.period, "yearly": account.ledger.yearly
    }  # fmt: skip
    for part, total in totals.items():
        for field, named in titles.items():
            value = getattr(total, field)
            title = words(named[part])
            yield Given(
                name=f"{part}-{field}", title=title, value=value, unit="fen", query=query, take=f"/{part}/{field}"
            )
    yield _counted("returned-vcpu", mark("vCPU returned"), account.vcpu, query, "/returned/vcpu")


def _savings_note(sources: Sources) -> str:
    if sources.account.ledger.unknown:
        return mark("Lines without data are left out of the sums; the sheet of the savings names them.")
    return mark("Against every department building alone, by the price book; the sheet of the savings has every line.")


def _counted(name: str, title: str, value: int, query: str, take: str = COUNT) -> Given:
    return Given(name=name, title=words(title), value=value, unit="count", query=query, take=take)


def _list_of(sources: Sources, noun: str, that: ServersThat | OrdersThat | CasesThat, band: str | None = None) -> str:
    return address(f"reports/{noun}", month=sources.month, that=that.value, band=band, scope=sources.scope)
