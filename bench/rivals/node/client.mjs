// The same job as ../../client.cpp with the official Node SDK, as its documentation shows it and
// with its defaults, but without retries. CMake copies this file to the build tree, where the SDK is
// installed. NODE_EXTRA_CA_CERTS has to name the same file as --ca-file: Node reads it at its start.

import OpenAI from 'openai';

const flags = {
  '--port': '',
  '--ca-file': '',
  '--connections': 32,
  '--requests': 10_000,
  '--streams': 0,
  '--events': 1_000,
  '--per-record': 1,
  '--pace': 0,
};

function readJob(words) {
  const values = { ...flags };
  for (let i = 0; i < words.length; i += 2) {
    if (!(words[i] in flags) || i + 1 === words.length)
      throw new Error(`unknown or incomplete argument: ${words[i]}`);
    values[words[i]] = typeof flags[words[i]] === 'number' ? Number(words[i + 1]) : words[i + 1];
  }
  for (const name of ['--port', '--ca-file'])
    if (values[name] === '') throw new Error(`missing argument: ${name}`);
  if (process.env.NODE_EXTRA_CA_CERTS !== values['--ca-file'])
    throw new Error('NODE_EXTRA_CA_CERTS must name the same file as --ca-file');
  const streams = values['--streams'] !== 0;
  return {
    port: values['--port'],
    connections: values['--connections'],
    streams,
    answers: streams ? values['--streams'] : values['--requests'],
    events: values['--events'],
    perRecord: values['--per-record'],
    pace: values['--pace'],
  };
}

/** As bench::text_digest. The corpus is ASCII, so that a character is a byte. */
class TextDigest {
  #sum = 0;
  #sums = 0;

  add(text) {
    for (let i = 0; i < text.length; ++i) {
      this.#sum = (this.#sum + text.charCodeAt(i)) >>> 0;
      this.#sums = (this.#sums + this.#sum) >>> 0;
    }
  }

  equals(other) {
    return this.#sum === other.#sum && this.#sums === other.#sums;
  }
}

/** What the answers of a run with `events` events each have to be. */
function expectedOf(job, corpus, events) {
  const digest = new TextDigest();
  if (!job.streams) {
    digest.add(corpus.whole_answer);
    return { digest, events: 0 };
  }
  for (let i = 0; i < events; ++i) digest.add(corpus.tokens[i % corpus.tokens.length]);
  return { digest, events: events + corpus.events_around_tokens };
}

async function createAnswer(client, request, options, note) {
  const promise = client.chat.completions.create(request, options);
  await note(promise);
  const completion = await promise;
  const digest = new TextDigest();
  digest.add(completion.choices[0].message.content);
  return { digest, events: 0 };
}

async function streamAnswer(client, request, options, note) {
  const promise = client.chat.completions.create({ ...request, stream: true }, options);
  await note(promise);
  const digest = new TextDigest();
  let events = 0;
  for await (const chunk of await promise) {
    digest.add(chunk.choices[0]?.delta?.content ?? '');
    ++events;
  }
  return { digest, events };
}

/** Asks for `answers` answers on all connections, and gives the size of the first request. */
async function run(client, job, corpus, answers, events) {
  const ask = job.streams ? streamAnswer : createAnswer;
  const options = job.streams ? { headers: { 'x-bench-events': String(events) } } : {};
  const expected = expectedOf(job, corpus, events);
  let left = answers;
  let requestBytes;
  const noteSize = async (promise) => {
    requestBytes = (await promise.asResponse()).headers.get('x-bench-request-bytes');
  };
  const noteNothing = () => undefined;
  const loop = async (_, index) => {
    for (let note = index === 0 ? noteSize : noteNothing; left > 0; note = noteNothing) {
      --left;
      const came = await ask(client, corpus.request, options, note);
      if (!came.digest.equals(expected.digest) || came.events !== expected.events)
        throw new Error('checksum mismatch: what came is not what the server has sent');
    }
  };
  await Promise.all(Array.from({ length: job.connections }, loop));
  return requestBytes;
}

process.on('uncaughtException', (failure) => {
  const cause = failure.cause ? `: ${failure.cause.message}` : '';
  console.error(`client.mjs: ${failure.message}${cause}`);
  process.exit(1);
});

const job = readJob(process.argv.slice(2));
const origin = `https://localhost:${job.port}`;
const corpus = await (await fetch(origin)).json();
const client = new OpenAI({
  baseURL: `${origin}/v1`,
  apiKey: 'bench-key',
  maxRetries: 0,
  defaultHeaders: job.streams
    ? { 'x-bench-per-record': String(job.perRecord), 'x-bench-pace': String(job.pace) }
    : {},
});

await run(client, job, corpus, job.connections * corpus.warm_up_answers, corpus.warm_up_events);
const start = { cpu: process.cpuUsage(), wall: process.hrtime.bigint() };
const requestBytes = await run(client, job, corpus, job.answers, job.events);
const { user, system } = process.cpuUsage(start.cpu);
const wall = Number(process.hrtime.bigint() - start.wall) / 1_000;

const units = job.answers * (job.streams ? job.events + corpus.events_around_tokens : 1);
console.log(`cpu_us_per_unit ${((user + system) / units).toFixed(4)}`);
console.log(`wall_us_per_unit ${(wall / units).toFixed(4)}`);
console.log(`request_bytes ${requestBytes}`);
