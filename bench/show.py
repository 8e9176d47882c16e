"""What becomes of the figures of bench/run.py: a table, lines with goals, and what is published.

usage: bench/show.py bench/results/NAME.json: prints the table again, and publishes it anew.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

CLIENTS = {
    "floor": "floor",
    "library": "library",
    "beast": "Beast",
    "curl": "libcurl",
    "node": "Node SDK",
}

NAMES_OF_INCLUDED = {
    "awaitable": "Asio's awaitable and containers",
    "client": "client",
    "chat": "client and chat",
    "images": "client and images",
    "realtime": "client and realtime",
    "responses": "client and responses",
    "hicap": "hicap.hpp: all",
    "beast": "Beast, Asio's TLS and Boost.JSON",
}

# Figures to reach, by the line that has them. Ratios are to the floor; those whose name ends in
# that of another client say how many times as much as the library that one takes.
GOALS = {
    "ratio create": ("<=", 1.25),
    "ratio create_beast": (">=", 2.5),
    "ratio create_curl": (">=", 3.5),
    "ratio create_node": (">=", 70),
    "ratio event_paced_1000": ("<=", 1.10),
    "ratio event_10": ("<=", 1.35),
    "ratio event_100": ("<=", 1.35),
    "ratio event_1000": ("<=", 1.35),
    "ratio event_10000": ("<=", 1.35),
    "ratio event_growth": ("<=", 1.10),
    "allocations event": ("<=", 0),
    "allocations event_paced": ("<=", 0),
    "bytes stream_10000": ("<=", 28 * 1024),
    "bytes stream_10000_resumed": ("<=", 20 * 1024),
    "ns json_steady": ("<=", 60),
    "ns json_new": ("<=", 350),
    "ratio compile_client_instructions": ("<=", 1.2),
}

# How many digits a figure of this kind has behind its point.
DIGITS = {"ratio": 2, "allocations": 2, "bytes": 0, "ns": 1, "us": 2, "headers": 0}
DIGITS_OF_UNIT = {"us CPU": 2, "us": 1, "KiB resident": 1, "KiB heap": 1, "ns": 1, "s CPU": 2}

# The charts: a title, the rows by their names, their unit, and whether its axis is logarithmic.
CHARTS = {
    "requests": ("CPU time of a request", r"create(_\d+)?", "us CPU", True),
    "events": ("CPU time of a streamed event, at a pace", r"event_paced_\d+", "us CPU", True),
    "flat-out": ("CPU time of a streamed event, flat out", r"event(_\d+|16)", "us CPU", False),
    "memory": ("Memory of an open stream", r"stream_\d+(_resumed|_burst)?", "KiB resident", False),
}

# What README.md shows: rows, and what they are called there.
SHORT = {
    "create": "request with typed JSON, 32 connections, us",
    "event_paced_1000": "event, 1,000 streams of 50/s, us",
    "event_100": "event, 100 streams, as fast as they come, us",
    "stream_10000": "idle stream, 10,000 at once, KiB",
    "handshake": "request with a handshake, us",
    "handshake_resumed": "the same, session resumed, us",
    "first_token_median": "from the call to the first token, median, us",
}


def number(value, digits):
    return f"{value:,.{digits}f}"


def cells_of(record):
    """The table as texts: the head, and a row each."""
    shown = [client for client in CLIENTS if any(client in row["cells"] for row in record["rows"])]
    head = ["", "unit", *(CLIENTS[client] for client in shown), "ratio"]
    rows = []
    for row in record["rows"]:
        digits = DIGITS_OF_UNIT.get(row["unit"], 2 if row["unit"].startswith("allocations") else 0)
        cells = row["cells"]
        values = [number(cells[c], digits) if c in cells else "" for c in shown]
        ratio = number(row["ratio"], 2) if row["ratio"] is not None else ""
        rows.append([row["title"], row["unit"], *values, ratio])
    return head, rows


def table(record):
    head, rows = cells_of(record)
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]

    def text(line):
        left = [line[i].ljust(widths[i]) for i in (0, 1)]
        right = [line[i].rjust(widths[i]) for i in range(2, len(line))]
        return "  ".join(left + right).rstrip()

    return "\n".join([text(head), *map(text, rows), ""])


def markdown(head, rows):
    rule = ["---", *["---:" if name not in ("", "unit") else "---" for name in head[1:]]]
    return "".join(f"| {' | '.join(line)} |\n" for line in [head, rule, *rows])


def goal_of(name, value):
    """What is said beside a figure; empty where it has no goal."""
    if name not in GOALS:
        return ""
    sense, bound = GOALS[name]
    # A figure is held against its goal as it is printed.
    rounded = round(value, DIGITS[name.split()[0]])
    reached = rounded <= bound if sense == "<=" else rounded >= bound
    return f"goal {sense} {bound:,}: {'reached' if reached else 'missed'}"


def formatted(name, value):
    return f"{value:.{DIGITS[name.split()[0]]}f}"


def lines(record):
    texts = []
    for name, value in record["lines"].items():
        goal = goal_of(name, value)
        texts.append(f"{name} {formatted(name, value)}{f' ({goal})' if goal else ''}")
    missing = [name for name in GOALS if name not in record["lines"]]
    if missing and record["complete"]:
        texts.append(f"not measured: {', '.join(missing)}")
    for client, why in record["left_out"].items():
        texts.append(f"left out: {client}, {why}")
    return "\n".join(texts)


def goals_markdown(record):
    rows = []
    for name, (sense, bound) in GOALS.items():
        value = record["lines"].get(name)
        shown = formatted(name, value) if value is not None else "not measured"
        said = goal_of(name, value).split(": ")[-1] if value is not None else ""
        rows.append([f"`{name}`", f"{sense} {bound:,}", shown, said])
    return markdown(["line", "goal", "measured", ""], rows).replace("---:", "---")


def machine_of(record):
    machine = record["machine"]
    compiler = re.sub(r"^\S+ (?:\(.*?\) )?", "", machine["compiler"])
    openssl = " ".join(machine["openssl"].split()[:2])
    name = "GCC" if "++" in machine["compiler"].split()[0] else machine["compiler"].split()[0]
    return (
        f"{machine['cores']} cores of {machine['cpu']}, Linux {machine['kernel']}, "
        f"{name} {compiler}, Boost {machine['boost']}, {openssl}"
    )


def said_of(record):
    return (
        f"{machine_of(record)}; {record['date']}, commit {record['commit']}, "
        f"`{record['command']}`.\n"
    )


COLOURS = {
    "floor": "#9aa0a6",
    "library": "#1a73e8",
    "beast": "#f29900",
    "curl": "#188038",
    "node": "#a142f4",
}


def label_of(row):
    """What the title of a chart does not say yet, in several lines."""
    text = re.sub(r"^(request|event|idle stream), |, flat out", "", row["title"])
    return text.replace(", ", "\\n")


def draw(record, path, title, names, unit, logarithmic):
    """A group of bars for each row. False where there are none."""
    rows = [r for r in record["rows"] if r["unit"] == unit and re.fullmatch(names, r["name"])]
    if not rows:
        return False
    clients = [client for client in CLIENTS if any(client in row["cells"] for row in rows)]
    values = [value for row in rows for value in row["cells"].values()]
    script = [
        "set terminal svg size 900,420 font 'Helvetica,13' background rgb 'white'",
        f"set output '{path}'",
        f'set title "{title}" noenhanced font ",15"',
        f'set label "{machine_of(record)}; {record["date"]}" at screen 0.5,0.03 center '
        'noenhanced font ",10"',
        f"set ylabel '{unit}{', logarithmic' if logarithmic else ''}'",
        "set style data histogram",
        "set style histogram clustered gap 1",
        "set style fill solid noborder",
        "set boxwidth 0.9",
        "set grid ytics lc rgb '#dddddd'",
        "set key top left horizontal",
        "set datafile missing '?'",
        "set xtics noenhanced scale 0 font ',12'",
        "set bmargin 5",
    ]
    if logarithmic:
        script += ["set logscale y", f"set yrange [{min(values) / 2}:{max(values) * 5}]"]
    else:
        script.append(f"set yrange [0:{max(values) * 1.25}]")
    script.append("$data << END")
    for row in rows:
        cells = [f"{row['cells'][c]:.3g}" if c in row["cells"] else "?" for c in clients]
        script.append(f'"{label_of(row)}" {" ".join(cells)}')
    script.append("END")
    plots = []
    for i, client in enumerate(clients):
        plots.append(
            f"$data using {i + 2}:xtic(1) title '{CLIENTS[client]}' lc rgb '{COLOURS[client]}'"
        )
    for i, client in enumerate(clients):
        # The middle of a bar of this client, in a group of all with a gap of one bar.
        at = (i - (len(clients) - 1) / 2) / (len(clients) + 1)
        plots.append(
            f"$data using ($0{at:+.4f}):{i + 2}:{i + 2} with labels font ',10' offset 0,0.5 notitle"
        )
    script.append("plot " + ", ".join(plots))
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)
    return True


def replaced(text, mark, content):
    """`text` with what stands between the marks of this name replaced."""
    begin, end = f"<!-- bench: {mark} -->\n", "<!-- bench: end -->\n"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.S)
    if not pattern.search(text):
        raise SystemExit(f"no '{begin.strip()}' to '{end.strip()}'")
    return pattern.sub(lambda _: begin + content + end, text)


def short_markdown(record):
    rows = {row["name"]: row for row in record["rows"]}
    chosen = [rows[name] | {"title": title} for name, title in SHORT.items() if name in rows]
    head, texts = cells_of({**record, "rows": chosen})
    del head[1]
    for text in texts:
        del text[1]
    head[-1] = "library to floor"
    return markdown(head, texts)


def publish(path):
    """Draws the charts of a record and puts its tables into the documentation."""
    record = json.loads(path.read_text(encoding="utf-8"))
    charts = []
    for name, (title, *what) in CHARTS.items():
        chart = path.with_name(f"{path.stem}-{name}.svg")
        if draw(record, chart, title, *what):
            charts.append((title, chart))

    def images(base):
        return "".join(f"![{title}]({c.relative_to(base)})\n" for title, c in charts)

    def put(file, **contents):
        text = file.read_text(encoding="utf-8")
        for mark, content in contents.items():
            text = replaced(text, mark, content)
        file.write_text(text, encoding="utf-8")

    head, rows = cells_of(record)
    whole = said_of(record) + "\n" + markdown(head, rows)
    put(ROOT / "bench/README.md", goals=goals_markdown(record), figures=whole + "\n" + images(ROOT / "bench"))
    put(ROOT / "README.md", figures=short_markdown(record) + "\n" + said_of(record) + "\n" + images(ROOT))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    chosen_path = pathlib.Path(sys.argv[1]).resolve()
    chosen_record = json.loads(chosen_path.read_text(encoding="utf-8"))
    print(table(chosen_record))
    print(lines(chosen_record))
    publish(chosen_path)
