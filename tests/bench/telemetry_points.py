"""Points as servers have them: daily and weekly shapes, noise that remembers, bursts, levels that differ by decades.

for day, columns in points(servers=1200, days=90, seed=7): ...          # columns[metric]: (servers, 288) float32
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cloudctl.domain.metrics import USE, Metric

STEPS = 288
BEGIN = date(2026, 8, 1)
Column = NDArray[np.float32]


class Fleet:
    """Servers of four kinds: idle, office hours, batch at night, always busy; each with its own levels and noise."""

    def __init__(self, servers: int, seed: int) -> None:
        self.draw = np.random.default_rng(seed)
        self.kind = self.draw.choice(4, servers, p=[0.35, 0.4, 0.15, 0.1])
        self.base = np.exp(self.draw.normal(np.log([0.6, 3.0, 1.5, 25.0])[self.kind], 0.6))
        self.swing = np.array([0.1, 6.0, 12.0, 1.0])[self.kind] * self.draw.uniform(0.5, 1.5, servers)
        self.hour = np.where(self.kind == 2, self.draw.uniform(0, 5, servers), self.draw.uniform(10, 15, servers))
        self.width = np.where(self.kind == 2, 1.0, 3.5)
        self.memory = self.draw.uniform(5, 90, servers)
        self.traffic = np.exp(self.draw.normal(np.log([0.5, 40, 20, 300])[self.kind], 1.2))
        self.state = self.draw.normal(size=(3, servers))

    def day(self, number: int) -> dict[Metric, Column]:
        """A day's points of all servers."""
        servers = len(self.kind)
        weekday = (BEGIN + timedelta(days=number)).weekday() < 5
        noise = np.empty((3, servers, STEPS))
        remember = np.array([0.9, 0.998, 0.85])[:, None]
        fresh = self.draw.normal(size=(STEPS, 3, servers)) * np.sqrt(1 - remember**2)
        for step in range(STEPS):
            self.state = remember * self.state + fresh[step]
            noise[:, :, step] = self.state
        hours = np.arange(STEPS) / 12
        bell = np.exp(-(((hours[None, :] - self.hour[:, None]) / self.width[:, None]) ** 2))
        shape = 1 + (self.swing * (1.0 if weekday else 0.25))[:, None] * bell
        burst = 1 + 8 * (self.draw.random((servers, STEPS)) < 0.01)
        cpu = np.clip(self.base[:, None] * shape * np.exp(0.35 * noise[0]) * burst, 0, 100)
        memory = np.clip(self.memory[:, None] * np.exp(0.05 * noise[1]), 0.5, 100)
        network = self.traffic[:, None] * shape * np.exp(0.8 * noise[2])
        disk = 0.5 * self.traffic[:, None] * np.exp(0.9 * noise[0]) * burst
        return {
            metric: np.round(told, 3).astype(np.float32)
            for metric, told in zip(USE, (cpu, memory, disk, network), strict=True)
        }


def points(servers: int, days: int, seed: int) -> Iterator[tuple[date, dict[Metric, Column]]]:
    """Days one after the other."""
    fleet = Fleet(servers, seed)
    for number in range(days):
        yield BEGIN + timedelta(days=number), fleet.day(number)
