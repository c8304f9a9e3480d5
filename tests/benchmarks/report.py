"""Tables, JSON and plots of what was measured."""
import json
import statistics

import common

_summary = []


def table(title, unit, columns, base, bar="", ours="fdgate"):
    """Prints, and writes as JSON and SVG, the median and the spread of each column.

    columns: the measured values of each label
    base: the label that the others are compared with
    bar: what the ratio of ours is to be, in words, for the summary; or that of each label
    """
    medians = {name: statistics.median(values) for name, values in columns.items()}
    print(f"\n{title} ({unit}; {len(columns[base])} rounds in turn)")
    print(f"{'':22}{'median':>12}{'least':>12}{'most':>12}{'x ' + base:>16}")
    for name, values in columns.items():
        ratio = medians[name] / medians[base]
        print(f"{name:22}{medians[name]:12.1f}{min(values):12.1f}{max(values):12.1f}{ratio:16.2f}")
    file = common.TARGET / "".join(c if c.isalnum() else "-" for c in title.replace("/", " per "))
    file.with_suffix(".json").write_text(
        json.dumps({"title": title, "unit": unit, "base": base, "values": columns}, indent=1)
    )
    file.with_suffix(".svg").write_text(_plot(title, unit, columns))
    for name in columns:
        if name.startswith(ours):
            note(
                title + name.removeprefix(ours),
                f"{_number(medians[name])} {unit}",
                f"{medians[name] / medians[base]:.2f} x {base}",
                bar.get(name, "") if isinstance(bar, dict) else bar,
            )


def lost(title, counts, base, ours="fdgate"):
    """Prints how many messages had no answer; none is the bar where the base lost none."""
    print(f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in counts.items()))
    note(title, f"{counts[ours]:,}", f"{counts[base]:,} by {base}", "none")


def note(title, value, ratio, bar):
    """A row of the summary."""
    _summary.append((title, value, ratio, bar))


def summary():
    """Everything that has a bar once more, as docs/performance.md has it."""
    if not any(bar for *_, bar in _summary):
        return
    print("\n| measured | fdgate | beside | bar |\n|---|---|---|---|")
    for row in _summary:
        print("| " + " | ".join(row) + " |")


def _number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _plot(title, unit, columns):
    """A row of dots for each column, one for each round."""
    most = max(max(values) for values in columns.values())
    rows = []
    for row, (name, values) in enumerate(columns.items()):
        y = 60 + 30 * row
        rows.append(f'<text x="10" y="{y + 5}">{name}</text>')
        for value in values:
            rows.append(f'<circle cx="{190 + 420 * value / most:.1f}" cy="{y}" r="4" opacity="0.5"/>')
    height = 70 + 30 * len(columns)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" '
        f'font-family="sans-serif" font-size="14"><text x="10" y="25">{title}: {unit}, 0 to '
        f"{most:.0f}</text>{''.join(rows)}</svg>\n"
    )
