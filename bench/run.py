"""Measures what `scripts/bench` is asked for. bench/README.md tells what the figures mean."""

import argparse
import collections
import contextlib
import datetime
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

import show

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/release/bench"
COUNTING = "valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null".split()
TICKETS = 2  # what servers commonly give

# Whether others use the machine: share of the last 10 s in which something waited for a CPU.
MAX_PRESSURE = 20


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def die(text):
    say(text)
    sys.exit(1)


class Failed(Exception):
    """A program has ended with an error."""


def output_of(command, **options):
    """What a command prints; 5 minutes are more than any of them needs."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=300, check=False, **options
        )
    except subprocess.TimeoutExpired as late:
        raise Failed(f"{shlex.join(command)}: not done after {late.timeout:.0f} s") from None
    if done.returncode != 0:
        raise Failed(f"{shlex.join(command)}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout + done.stderr


def printed(text):
    """The figures that a program has printed: a name and a number, one a line."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and re.fullmatch(r"-?[0-9.]+(e[-+][0-9]+)?", words[1]):
            found[words[0]] = float(words[1])
    return found


class Server:
    """bench_server, as a process of its own."""

    def __init__(self, folder, tickets):
        self.ca_file = str(folder / f"ca{tickets}.pem")
        self.process = subprocess.Popen(
            [BUILD / "bench_server", "--ca-file", self.ca_file, "--tickets", str(tickets)],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        match = re.fullmatch(r"bench_server: port (\d+)\n", line)
        if not match:
            die(f"the server did not start: {line}")
        self.port = match[1]

    def end(self):
        self.process.terminate()
        self.process.wait()


def program_of(client):
    """How a client is started; None where it is not there."""
    if client == "node":
        script = BUILD / "rivals/node/client.mjs"
        there = (script.parent / "node_modules/openai").exists() and shutil.which("node")
        return ["node", str(script)] if there else None
    name = {"library": "client"}.get(client, client)
    program = BUILD / f"bench_{name}"
    return [str(program)] if program.exists() else None


def instructions_in(log):
    """Those of all processes that valgrind has counted."""
    return sum(int(n.replace(",", "")) for n in re.findall(r"I +refs: +([0-9,]+)", log))


class Bench:
    """The servers, the clients that are there, and what was measured so far."""

    def __init__(self, rounds, folder):
        self.rounds = rounds
        self.servers = {tickets: Server(folder, tickets) for tickets in (0, TICKETS)}
        self.programs = {client: program_of(client) for client in show.CLIENTS}
        self.left_out = {}  # client: why
        for client, program in self.programs.items():
            if not program:
                self.leave_out(client, "not built")
        self.rows = []
        self.lines = {}

    def end(self):
        for server in self.servers.values():
            server.end()

    def leave_out(self, client, why):
        if client in ("floor", "library"):
            die(f"{client}: {why}")
        if client not in self.left_out:
            say(f"{client} is left out: {why}")
        self.left_out[client] = why
        self.programs[client] = None

    def run(self, client, arguments, tickets=0, wrapper=(), environment={}):
        """What a client prints."""
        server = self.servers[tickets]
        where = ["--port", server.port, "--ca-file", server.ca_file]
        words = shlex.split(arguments)
        node = {"NODE_EXTRA_CA_CERTS": server.ca_file}  # which reads it before its arguments
        return output_of(
            [*wrapper, *self.programs[client], *where, *words],
            env={**os.environ, **environment, **node},
        )

    def interleaved(self, clients, measure, rounds, mirrored):
        """Medians over the rounds of what `measure(client)` gives, and of the ratios of each round
        to floor and library. Mirrored rounds have every client twice, in the order of a palindrome,
        others change their direction: a machine that gets slower does so for all.
        """
        taken = collections.defaultdict(list)
        for turn in range(rounds):
            order = [client for client in clients if self.programs[client]]
            order = order + order[::-1] if mirrored else order[:: -1 if turn % 2 else 1]
            of_round = collections.defaultdict(list)
            for client in order:
                if not self.programs[client]:
                    continue
                try:
                    of_round[client].append(measure(client))
                except Failed as failure:
                    self.leave_out(client, str(failure))
            for client, values in of_round.items():
                taken[client].append(statistics.fmean(values))
        present = [client for client in clients if self.programs[client]]
        cells = {client: statistics.median(taken[client]) for client in present}

        def ratios_to(base):
            return {
                client: statistics.median(a / b for a, b in zip(taken[client], taken[base]))
                for client in present
                if client != base
            }

        return cells, ratios_to("floor"), ratios_to("library")

    def add(self, section, name, title, unit, cells, ratio=None):
        """A row of the table; `ratio` is that of the library to what it is held against."""
        self.rows.append(
            {
                "section": section,
                "name": name,
                "title": title,
                "unit": unit,
                "cells": cells,
                "ratio": ratio,
            }
        )

    def cpu_row(self, section, name, title, clients, arguments, rounds=None, mirrored=True, **where):
        """CPU time of a unit. `arguments`: a text, or what gives one for a client."""
        say(f"measuring {title}")
        of = arguments if callable(arguments) else lambda client: arguments

        def measure(client):
            return printed(self.run(client, of(client), **where))["cpu_us_per_unit"]

        rounds = rounds or self.rounds
        cells, to_floor, to_library = self.interleaved(clients, measure, rounds, mirrored)
        self.add(section, name, title, "us CPU", cells, to_floor["library"])
        self.lines[f"ratio {name}"] = to_floor["library"]
        for client in ("beast", "curl", "node"):
            if client in to_library:
                self.lines[f"ratio {name}_{client}"] = to_library[client]
        return cells

    def two_lengths(self, short, long, units, count):
        """What a unit costs floor and library, as the difference of two runs."""
        cells = {}
        for client in ("floor", "library"):
            cells[client] = (count(client, long) - count(client, short)) / units
        return cells

    def instructions_row(self, section, name, title, short, long, units):
        say(f"counting the instructions of {title}")

        def count(client, arguments):
            return instructions_in(self.run(client, arguments, wrapper=COUNTING))

        cells = self.two_lengths(short, long, units, count)
        ratio = cells["library"] / cells["floor"]
        self.add(section, f"{name}_instructions", title, "instructions", cells, ratio)
        self.lines[f"ratio {name}_instructions"] = ratio

    def allocations_row(self, section, name, title, short, long, units):
        """Those of the client, and those of OpenSSL."""
        preload = {"LD_PRELOAD": str(BUILD / "libbench_allocations.so")}
        runs = {
            (client, length): printed(self.run(client, length, environment=preload))
            for client in ("floor", "library")
            for length in (short, long)
        }
        for whose, unit in (("", "allocations"), ("_of_openssl", "allocations in OpenSSL")):
            cells = self.two_lengths(
                short, long, units, lambda *run, line=f"allocations{whose}": runs[run][line]
            )
            self.add(section, f"{name}_allocations{whose}", title, unit, cells)
            self.lines[f"allocations {name}{whose}"] = cells["library"]

    def check_same_requests(self, arguments):
        """A floor that sends other requests than the library would be no floor for it."""
        sizes = {
            client: printed(self.run(client, arguments))["request_bytes"]
            for client in ("floor", "library")
        }
        if len(set(sizes.values())) != 1:
            die(
                f"floor and library send requests of different sizes, {sizes}: "
                "make client::make_head in bench/floor.cpp write what the library writes"
            )


ALL = ("floor", "library", "beast", "curl", "node")
WITHOUT_NODE = ALL[:-1]
BOTH = ALL[:2]


def measure_requests(bench):
    bench.check_same_requests("--connections 32 --requests 100")
    for connections, name, clients in (
        (1, "create_1", WITHOUT_NODE),
        (32, "create", ALL),
        (256, "create_256", WITHOUT_NODE),
    ):
        bench.cpu_row(
            "requests",
            name,
            f"request, {connections} connection{'s' * (connections > 1)}",
            clients,
            lambda client, at=connections: f"--connections {at} --requests "
            + ("2000" if client == "node" else "10000" if at == 1 else "20000"),
        )
    lengths = [f"--connections 32 --requests {count}" for count in (2000, 8000)]
    bench.instructions_row("requests", "create", "request, 32 connections", *lengths, 6000)
    bench.allocations_row("requests", "create", "request, 32 connections", *lengths, 6000)


def measure_events(bench):
    bench.check_same_requests("--connections 4 --streams 4 --events 50")
    few_rounds = (bench.rounds + 1) // 2
    most = most_streams()

    # As models do it: most of the cost is waking up.
    for streams, pace, events, clients in (
        (10, 50, 125, BOTH),
        (100, 50, 125, ALL),
        (1000, 50, 200, WITHOUT_NODE),
        (most, 5, "25 --fewer-events 5", BOTH),
    ):
        bench.cpu_row(
            "events",
            f"event_paced_{streams}",
            f"event, {streams:,} streams, {pace}/s each",
            clients,
            f"--connections {streams} --streams {streams} --pace {pace} --events {events}",
            rounds=few_rounds,
            mirrored=False,
            tickets=TICKETS,
        )

    # As fast as they come. What opening and ending a stream costs is subtracted.
    costs = {}
    for streams, events in ((10, 20_000), (100, 2_000), (1_000, 200), (most, 200)):
        costs[streams] = bench.cpu_row(
            "events",
            f"event_{streams}",
            f"event, {streams:,} streams, flat out",
            BOTH,
            f"--connections {streams} --streams {streams} --events {events} "
            f"--fewer-events {events // 10}",
            rounds=few_rounds if streams == most else None,
            mirrored=streams != most,
            tickets=TICKETS,
        )
    for client, name in (("library", "event_growth"), ("floor", "event_growth_of_floor")):
        bench.lines[f"ratio {name}"] = costs[most][client] / costs[10][client]
    bench.lines["ratio event_growth_beyond_floor"] = (
        bench.lines["ratio event_growth"] / bench.lines["ratio event_growth_of_floor"]
    )

    bench.cpu_row(
        "events",
        "event16",
        "event, 100 streams, flat out, 16 in a TLS record",
        BOTH,
        "--connections 100 --streams 100 --per-record 16 --events 2000 --fewer-events 200",
        tickets=TICKETS,
    )
    for name, title, more in (
        ("event", "event, 100 streams, flat out", ""),
        ("event16", "event, 100 streams, 16 in a TLS record", " --per-record 16"),
    ):
        lengths = [f"--connections 100 --streams 100 --events {n}{more}" for n in (100, 300)]
        bench.instructions_row("events", name, title, *lengths, 20_000)
    lengths = [f"--connections 100 --streams 100 --events {n}" for n in (1000, 3000)]
    bench.allocations_row("events", "event", "event, 100 streams, flat out", *lengths, 200_000)
    lengths = [f"--connections 50 --streams 50 --pace 100 --events {n}" for n in (100, 400)]
    bench.allocations_row("events", "event_paced", "event, 50 streams, 100/s each", *lengths, 15_000)


def most_streams():
    """The most streams at once that descriptors are enough for."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < 10_100:
        say(f"a process may have only {most} descriptors: {most - 100} streams, not 10,000")
        return most - 100
    return 10_000


def measure_memory(bench):
    most = most_streams()
    for streams, name, kind, tickets, clients, more in (
        (1_000, "", "", 0, WITHOUT_NODE, ""),
        (1_000, "_burst", ", opened in one moment", 0, WITHOUT_NODE[1:], "--connections 1000"),
        (1_000, "_resumed", ", sessions resumed", TICKETS, BOTH, ""),
        (most, "", "", 0, WITHOUT_NODE, ""),
        (most, "_resumed", ", sessions resumed", TICKETS, BOTH, ""),
    ):
        title = f"idle stream, {streams:,} at once{kind}"
        say(f"measuring {title}")
        resident, heap = {}, {}
        for client in clients:
            if not bench.programs[client]:
                continue
            try:
                figures = printed(bench.run(client, f"--hold {streams} {more}", tickets=tickets))
            except Failed as failure:
                bench.leave_out(client, str(failure))
                continue
            resident[client] = figures["rss_bytes_per_stream"] / 1024
            heap[client] = figures["heap_bytes_per_stream"] / 1024
            share = figures.get("resumed_share")
            if share is not None and abs(share - (tickets > 0)) > 0.1:
                die(f"{title}: {share:.0%} of the sessions of {client} were resumed")
        for what, unit, cells in (("", "KiB resident", resident), ("_heap", "KiB heap", heap)):
            full = f"stream_{streams}{name}{what}"
            ratio = cells["library"] / cells["floor"] if "floor" in cells else None
            bench.add("memory", full, title, unit, cells, ratio)
            bench.lines[f"bytes {full}"] = cells["library"] * 1024


def measure_handshakes(bench):
    for name, title, arguments, tickets in (
        ("handshake", "request with a full handshake", "--fresh 400", 0),
        ("handshake_resumed", "request with a resumed session", "--fresh 1000", TICKETS),
        ("reuse", "request on a connection that is kept", "--requests 10000", 0),
    ):
        for client in BOTH if "fresh" in arguments else ():
            share = printed(bench.run(client, arguments, tickets=tickets))["resumed_share"]
            if share != (tickets > 0):
                die(f"{title}: {share:.0%} of the sessions of {client} were resumed")
        bench.cpu_row("handshakes", name, title, BOTH, f"--connections 8 {arguments}", tickets=tickets)


def measure_first_token(bench):
    say("measuring the time to the first token")
    taken = {name: collections.defaultdict(list) for name in ("median", "p99")}
    for _ in range(2 * bench.rounds):
        for client in BOTH:
            figures = printed(bench.run(client, "--first 2000 --events 4"))
            for name, values in taken.items():
                values[client].append(figures[f"first_us_{name}"])
    for name, values in taken.items():
        cells = {client: statistics.median(values[client]) for client in BOTH}
        pairs = list(zip(values["library"], values["floor"]))
        ratio = statistics.median(a / b for a, b in pairs)
        title = f"from the call to the first token, {name}"
        bench.add("first-token", f"first_token_{name}", title, "us", cells, ratio)
        bench.lines[f"ratio first_token_{name}"] = ratio
        bench.lines[f"us first_token_{name}"] = statistics.median(a - b for a, b in pairs)


def measure_json(bench):
    say("measuring JSON")
    taken = collections.defaultdict(list)
    for _ in range(bench.rounds):
        text = output_of([str(BUILD / "bench_decode"), "--count", "50000"])
        for event, how, value in re.findall(r"^ns (\w+)/(\w+) ([0-9.]+)$", text, re.M):
            taken[how, event].append(float(value))
    titles = {
        "full": "by the decoder alone",
        "steady": "of the shape of the one before",
        "new": "of a new shape",
    }
    for how, title in titles.items():
        for event in ("chat", "responses"):
            value = statistics.median(taken[how, event])
            full_title = f"JSON of a {event} event {title}"
            bench.add("json", f"json_{how}_{event}", full_title, "ns", {"library": value})
            bench.lines[f"ns json_{how}_{event}"] = value
        bench.lines[f"ns json_{how}"] = max(
            bench.lines[f"ns json_{how}_{event}"] for event in ("chat", "responses")
        )


def measure_pool(bench):
    say("measuring the pool")
    values = {}
    for connections in (10, 10_000):
        command = [str(BUILD / "bench_pool"), "--connections", str(connections)]
        values[connections] = statistics.median(
            printed(output_of(command))["ns_per_unit"] for _ in range(bench.rounds)
        )
        title = f"pool, acquire and release, {connections:,} connections"
        bench.add("pool", f"pool_{connections}", title, "ns", {"library": values[connections]})
        bench.lines[f"ns pool_{connections}"] = values[connections]


# What a user's file includes, besides the containers.
INCLUDED = {
    "awaitable": ["boost/asio/awaitable.hpp"],
    "client": ["hicap/client.hpp"],
    "chat": ["hicap/client.hpp", "hicap/chat.hpp"],
    "images": ["hicap/client.hpp", "hicap/images.hpp"],
    "realtime": ["hicap/client.hpp", "hicap/realtime.hpp"],
    "responses": ["hicap/client.hpp", "hicap/responses.hpp"],
    "hicap": ["hicap/hicap.hpp"],
    "beast": [
        "boost/asio/awaitable.hpp",
        "boost/asio/ssl.hpp",
        "boost/beast/core.hpp",
        "boost/beast/http.hpp",
        "boost/beast/ssl.hpp",
        "boost/json.hpp",
    ],
}
CONTAINERS = ["string", "vector", "variant", "optional"]


def measure_compile(bench):
    say("measuring the compiler")
    compiler = [os.environ.get("CXX", "c++"), "-std=c++20", "-g"]
    compiler.append("-Iinclude")
    with tempfile.TemporaryDirectory() as scratch:
        sources = {}
        for name, headers in INCLUDED.items():
            sources[name] = f"{scratch}/{name}.cpp"
            lines = [f"#include <{header}>\n" for header in headers + CONTAINERS]
            pathlib.Path(sources[name]).write_text("".join(lines), encoding="ascii")

        def build(name, tool=()):
            command = [*tool, *compiler, "-c", sources[name], "-o", f"{scratch}/{name}.o"]
            return output_of(command, cwd=ROOT)

        def title_of(name):
            return f"a file that includes {show.NAMES_OF_INCLUDED[name]}"

        taken = {name: [] for name in sources}
        for turn in range((bench.rounds + 1) // 2):
            for name in list(sources)[:: -1 if turn % 2 else 1]:
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                build(name)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                taken[name].append(after.ru_utime - before.ru_utime)
        for name, source in sources.items():
            depends = output_of([*compiler, "-M", source], cwd=ROOT)
            headers = len({word for word in depends.split() if word != "\\"}) - 2
            seconds = statistics.median(taken[name])
            ratio = statistics.median(a / b for a, b in zip(taken[name], taken["awaitable"]))
            title = title_of(name)
            cells = {"beast" if name == "beast" else "library": seconds}
            if name == "awaitable":
                cells = {"floor": seconds}
            bench.add("compile", f"compile_{name}", title, "s CPU", cells, ratio)
            bench.add("compile", f"headers_{name}", title, "headers", dict.fromkeys(cells, headers))
            bench.lines[f"ratio compile_{name}"] = ratio
            bench.lines[f"headers {name}"] = headers

        say("counting the instructions of the compiler")
        tool = [*COUNTING, "--trace-children=yes"]
        cells = {
            client: instructions_in(build(name, tool))
            for name, client in (("awaitable", "floor"), ("client", "library"))
        }
        ratio = cells["library"] / cells["floor"]
        title = title_of("client")
        bench.add("compile", "compile_client_instructions", title, "instructions", cells, ratio)
        bench.lines["ratio compile_client_instructions"] = ratio


SECTIONS = {
    "requests": measure_requests,
    "events": measure_events,
    "memory": measure_memory,
    "handshakes": measure_handshakes,
    "first-token": measure_first_token,
    "json": measure_json,
    "pool": measure_pool,
    "compile": measure_compile,
}


def described_machine():
    def first(pattern, text, otherwise="unknown"):
        match = re.search(pattern, text, re.M)
        return match[1] if match else otherwise

    compiler = os.environ.get("CXX", "c++")
    headers = ["-include", "boost/version.hpp", "-include", "openssl/opensslv.h"]
    macros = output_of([compiler, "-E", "-dM", "-x", "c++", *headers, "/dev/null"])
    return {
        "cpu": first(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text()),
        "cores": os.cpu_count(),
        "kernel": os.uname().release,
        "compiler": output_of([compiler, "--version"]).splitlines()[0],
        "boost": first(r'BOOST_LIB_VERSION "(.*)"', macros).replace("_", "."),
        "openssl": first(r'OPENSSL_VERSION_TEXT "(.*)"', macros),
    }


def described_commit():
    commit = output_of(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT).strip()
    changed = output_of(["git", "status", "--porcelain", "--untracked-files=no"], cwd=ROOT).strip()
    return commit + (" with changes" if changed else "")


def pressure():
    with contextlib.suppress(OSError):
        text = pathlib.Path("/proc/pressure/cpu").read_text()
        return float(re.search(r"^some avg10=([0-9.]+)", text, re.M)[1])
    return None


def read_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--record", metavar="NAME")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    given = parser.parse_args()
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    if unknown := set(given.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    if given.record and given.sections:
        parser.error("--record needs all sections")
    if given.record and not re.fullmatch(r"[a-z0-9-]+", given.record):
        parser.error("--record: a name of small letters, digits and dashes")
    given.sections = given.sections or list(SECTIONS)
    return given


def main():
    given = read_arguments()
    if given.check:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    before = pressure()
    if before is not None and before > MAX_PRESSURE:
        say(f"others use this machine (cpu pressure {before:.0f} %): trust the instructions alone")

    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given.rounds, pathlib.Path(folder))
        try:
            for name in given.sections:
                SECTIONS[name](bench)
        except Failed as failure:
            die(str(failure))
        finally:
            bench.end()

    record = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "command": shlex.join(["scripts/bench", *sys.argv[1:]]),
        "commit": described_commit(),
        "machine": described_machine(),
        "complete": len(given.sections) == len(SECTIONS),
        "rounds": given.rounds,
        "cpu_pressure_before": before,
        "left_out": {client: why.splitlines()[0][:200] for client, why in bench.left_out.items()},
        "rows": bench.rows,
        "lines": bench.lines,
    }
    print(show.table(record))
    print(show.lines(record))
    if given.record:
        path = ROOT / "bench/results" / f"{given.record}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        show.publish(path)
        say(f"recorded in {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
