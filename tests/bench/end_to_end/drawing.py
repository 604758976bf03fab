"""Two pictures of a run: latencies as bars, throughput over the number of clients."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.bench.end_to_end.measuring import Measured

LATENCY, THROUGHPUT = "latency.png", "throughput.png"
_COLOURS = ("#0b6e4f", "#5fb49c", "#b23a48", "#3a6ea5", "#9fbfdf", "#c98b2b")


def draw(systems: Sequence[Measured], folder: Path) -> list[str]:
    """Write both pictures; gives their names."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = [(s, c) for s, c in zip(systems, _COLOURS * 2, strict=False) if s.levels]
    counts = sorted({level.load.clients for system, _ in shown for level in system.levels})
    figure, panels = pyplot.subplots(
        1, len(counts), figsize=(3.2 * len(counts), 4.2), layout="constrained", squeeze=False
    )
    for panel, clients in zip(panels[0], counts, strict=True):
        for place, (system, colour) in enumerate(shown):
            load = next((x.load for x in system.levels if x.load.clients == clients), None)
            if load is None or not load.answers:
                continue
            panel.bar(place, load.p50, color=colour, width=0.8)
            # From the median to what 95 and 99 of 100 do not exceed.
            panel.plot([place, place], [load.p50, load.p99], color="black", linewidth=1)
            panel.plot([place], [load.p95], "_", color="black", markersize=9)
        panel.set_title(f"{clients} client{'s' if clients > 1 else ''}")
        panel.set_xticks([])
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].set_ylabel("ms: bar p50, dash p95, line to p99")
    handles = [pyplot.Rectangle((0, 0), 1, 1, color=colour) for _, colour in shown]
    figure.legend(
        handles, [system.label for system, _ in shown], loc="outside lower center", ncols=2
    )
    figure.suptitle("Latency over HTTP")
    figure.savefig(folder / LATENCY, dpi=110)
    pyplot.close(figure)

    figure, panel = pyplot.subplots(figsize=(7, 4.8), layout="constrained")
    for system, colour in shown:
        points = [(x.load.clients, x.load.throughput) for x in system.levels]
        panel.plot(*zip(*points, strict=True), "o-", color=colour, label=system.label)
    panel.set_xscale("log", base=2)
    panel.set_xticks(counts, [str(count) for count in counts])
    panel.set_ylim(bottom=0)
    panel.set_xlabel("clients")
    panel.set_ylabel("answers a second")
    panel.set_title("Throughput over HTTP")
    panel.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=2)
    figure.savefig(folder / THROUGHPUT, dpi=110)
    pyplot.close(figure)
    return [LATENCY, THROUGHPUT]
