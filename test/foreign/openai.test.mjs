// The official SDK, used as its documentation shows it, against an emulator at EMULATOR_URL.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { toFile } from 'openai';

const client = new OpenAI({
  baseURL: process.env.EMULATOR_URL,
  apiKey: process.env.EMULATOR_KEY,
  maxRetries: 0,
});

const ask = (content, more = {}) => ({
  model: 'gpt-5',
  messages: [{ role: 'user', content }],
  ...more,
});

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city', 'days'],
    },
  },
};

async function chunksOf(request, options) {
  const chunks = [];
  for await (const chunk of await client.chat.completions.create({ ...request, stream: true }, options))
    chunks.push(chunk);
  return chunks;
}

const textOf = (chunks, index = 0) =>
  chunks
    .flatMap((chunk) => chunk.choices)
    .filter((choice) => choice.index === index)
    .map((choice) => choice.delta.content ?? '')
    .join('');

test('create gives a whole answer with usage and a request id', async () => {
  const completion = await client.chat.completions.create(ask('What is an event loop?'));

  assert.equal(completion.object, 'chat.completion');
  assert.match(completion._request_id, /^req_/);
  assert.equal(completion.choices.length, 1);
  const [choice] = completion.choices;
  assert.equal(choice.finish_reason, 'stop');
  assert.equal(choice.message.role, 'assistant');
  assert.ok(choice.message.content.length > 0);
  assert.ok(completion.usage.completion_tokens > 0);
  assert.equal(
    completion.usage.total_tokens,
    completion.usage.prompt_tokens + completion.usage.completion_tokens,
  );
});

test('a stream adds up to the whole answer of the same prompt', async () => {
  const request = ask('What is a coroutine? \u00e4\u4f60\u{1f600}');

  const whole = await client.chat.completions.create(request);
  const chunks = await chunksOf(request);

  assert.equal(textOf(chunks), whole.choices[0].message.content);
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
  assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
});

test('the usage comes in the last chunk when it is asked for', async () => {
  const chunks = await chunksOf(ask('Count.', { stream_options: { include_usage: true } }));

  const last = chunks.pop();
  assert.deepEqual(last.choices, []);
  assert.ok(last.usage.prompt_tokens > 0);
  assert.ok(last.usage.completion_tokens > 0);
  assert.equal(last.usage.total_tokens, last.usage.prompt_tokens + last.usage.completion_tokens);
  for (const chunk of chunks) assert.equal(chunk.usage, null);
});

test('there is no usage in a stream when it is not asked for', async () => {
  for (const chunk of await chunksOf(ask('Count.'))) assert.equal(chunk.usage ?? null, null);
});

test('a wrong key is an AuthenticationError', async () => {
  const stranger = client.withOptions({ apiKey: 'wrong' });

  await assert.rejects(stranger.chat.completions.create(ask('Hello.')), (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.equal(error.status, 401);
    assert.equal(error.type, 'authentication_error');
    assert.equal(error.code, 'invalid_api_key');
    assert.match(error.requestID, /^req_/);
    return true;
  });
});

for (const stream of [false, true]) {
  test(`a bad request is a BadRequestError (stream: ${stream})`, async () => {
    const request = ask('Hello.', { temperature: 3, stream });

    await assert.rejects(client.chat.completions.create(request), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.status, 400);
      assert.equal(error.type, 'invalid_request_error');
      assert.equal(error.param, 'temperature');
      assert.match(error.requestID, /^req_/);
      return true;
    });
  });
}

test('an unknown model is a NotFoundError', async () => {
  const request = { ...ask('Hello.'), model: 'model-that-does-not-exist' };

  await assert.rejects(client.chat.completions.create(request), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, 'model_not_found');
    return true;
  });
});

test('a rate limit tells how long to wait', async () => {
  const headers = { 'x-emulator-status': '429', 'x-emulator-retry-after': '1' };

  await assert.rejects(client.chat.completions.create(ask('Hello.'), { headers }), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.headers.get('retry-after'), '1');
    return true;
  });
});

test('a failure in the middle of a stream is an APIError after its chunks', async () => {
  const headers = { 'x-emulator-stream-error': '3' };
  const request = ask('Hello.', { stream: true });
  let chunks = 0;

  await assert.rejects(
    async () => {
      for await (const _ of await client.chat.completions.create(request, { headers })) chunks += 1;
    },
    (error) => error instanceof OpenAI.APIError,
  );
  assert.equal(chunks, 3);
});

test('a tool is called, and its result answered with text', async () => {
  const request = ask('Use it.', { tools: [weather], tool_choice: 'required' });

  const completion = await client.chat.completions.create(request);

  const { message, finish_reason } = completion.choices[0];
  assert.equal(finish_reason, 'tool_calls');
  assert.equal(message.content, null);
  const [call] = message.tool_calls;
  assert.equal(call.type, 'function');
  assert.equal(call.function.name, 'get_weather');
  const parameters = JSON.parse(call.function.arguments);
  assert.equal(typeof parameters.city, 'string');
  assert.ok(Number.isInteger(parameters.days));

  const result = { role: 'tool', tool_call_id: call.id, content: '{"celsius":21}' };
  const answer = await client.chat.completions.create({
    model: request.model,
    messages: [...request.messages, message, result],
    tools: request.tools,
  });
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.ok(answer.choices[0].message.content.length > 0);
});

test('the stream helper assembles a tool call that arrives in pieces', async () => {
  const request = ask('Use it.', { tools: [weather], tool_choice: 'required' });
  const pieces = [];

  const helper = client.chat.completions.stream(request);
  helper.on('tool_calls.function.arguments.delta', (delta) => pieces.push(delta.arguments_delta));
  const completion = await helper.finalChatCompletion();

  const [call] = completion.choices[0].message.tool_calls;
  assert.equal(completion.choices[0].finish_reason, 'tool_calls');
  assert.equal(call.function.name, 'get_weather');
  assert.ok(pieces.length > 1);
  assert.equal(pieces.join(''), call.function.arguments);
  assert.equal(typeof JSON.parse(call.function.arguments).city, 'string');
});

test('runTools calls the function and ends with text', async () => {
  const cities = [];
  const tool = {
    type: 'function',
    function: {
      ...weather.function,
      parse: JSON.parse,
      function: ({ city }) => {
        cities.push(city);
        return { celsius: 21 };
      },
    },
  };

  const runner = client.chat.completions.runTools(ask('Call get_weather.', { tools: [tool] }));

  assert.ok((await runner.finalContent()).length > 0);
  assert.equal(cities.length, 1);
});

test('n asks for several answers, whole', async () => {
  const completion = await client.chat.completions.create(ask('Name a colour.', { n: 2 }));

  assert.deepEqual(
    completion.choices.map((choice) => choice.index),
    [0, 1],
  );
});

test('n asks for several answers, interleaved in a stream', async () => {
  const request = ask('Name a colour.', { n: 2 });

  const whole = await client.chat.completions.create(request);
  const chunks = await chunksOf(request);

  for (const index of [0, 1])
    assert.equal(textOf(chunks, index), whole.choices[index].message.content);
  const order = chunks.flatMap((chunk) => chunk.choices).map((choice) => choice.index);
  assert.ok(order.lastIndexOf(0) > order.indexOf(1), 'the answers come one after the other');
});

test('an answer obeys a JSON schema', async () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, size: { enum: ['small', 'large'] } },
    required: ['name', 'size'],
    additionalProperties: false,
  };
  const completion = await client.chat.completions.parse(
    ask('Describe a parcel.', {
      response_format: { type: 'json_schema', json_schema: { name: 'parcel', strict: true, schema } },
    }),
  );

  const parcel = completion.choices[0].message.parsed;
  assert.equal(typeof parcel.name, 'string');
  assert.ok(['small', 'large'].includes(parcel.size));
});

test('an answer is cut at its limit', async () => {
  const completion = await client.chat.completions.create(
    ask('Tell a story.', { max_completion_tokens: 3 }),
  );

  assert.equal(completion.choices[0].finish_reason, 'length');
  assert.equal(completion.usage.completion_tokens, 3);
});

test('a stream that is aborted leaves the emulator as it was', async () => {
  const headers = { 'x-emulator-tokens': '1000', 'x-emulator-tokens-per-second': '50' };
  const request = ask('Tell a long story.', { stream: true });

  const stream = await client.chat.completions.create(request, { headers });
  let chunks = 0;
  for await (const _ of stream) {
    chunks += 1;
    if (chunks === 3) stream.controller.abort();
  }

  assert.ok(chunks < 100);
  const completion = await client.chat.completions.create(ask('Are you there?'));
  assert.ok(completion.choices[0].message.content.length > 0);
});

test('many requests at a time are answered each with its own', async () => {
  const prompts = Array.from({ length: 32 }, (_, i) => `Say the number ${i}.`);

  const alone = [];
  for (const prompt of prompts) alone.push(await client.chat.completions.create(ask(prompt)));
  const together = await Promise.all(prompts.map((prompt) => chunksOf(ask(prompt))));

  assert.deepEqual(
    together.map((chunks) => textOf(chunks)),
    alone.map((completion) => completion.choices[0].message.content),
  );
});

test('a stored completion and its messages can be read', async () => {
  const made = await client.chat.completions.create(ask('Keep this.', { store: true }));

  const stored = await client.chat.completions.retrieve(made.id);
  const messages = [];
  for await (const message of client.chat.completions.messages.list(made.id, { limit: 1 }))
    messages.push(message);

  assert.equal(stored.id, made.id);
  assert.equal(stored.choices[0].message.content, made.choices[0].message.content);
  assert.deepEqual(
    messages.map((message) => message.content),
    ['Keep this.'],
  );
});

const respond = (input, more = {}) => ({ model: 'gpt-5', input, ...more });

async function eventsOf(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

test('a response has text, usage and a request id', async () => {
  const response = await client.responses.create(respond('What is a strand?'));

  assert.equal(response.object, 'response');
  assert.equal(response.status, 'completed');
  assert.match(response._request_id, /^req_/);
  assert.ok(response.output_text.length > 0);
  assert.ok(response.usage.total_tokens > response.usage.output_tokens);
});

test('the helper of responses assembles the whole answer from its events', async () => {
  const whole = await client.responses.create(respond('What is a strand?'));
  const deltas = [];

  const helper = client.responses.stream(respond('What is a strand?'));
  helper.on('response.output_text.delta', ({ delta }) => deltas.push(delta));
  const response = await helper.finalResponse();

  assert.equal(deltas.join(''), whole.output_text);
  assert.equal(response.output_text, whole.output_text);
  assert.deepEqual(response.usage, whole.usage);
});

test('all events and all items are understood', async () => {
  const headers = { 'x-emulator-events': 'all' };

  const helper = client.responses.stream(respond('Everything.'), { headers });
  const types = new Set();
  helper.on('event', ({ type }) => types.add(type));
  const response = await helper.finalResponse();

  assert.equal(types.size, 55);
  assert.equal(new Set(response.output.map(({ type }) => type)).size, 28);
});

test('a function of a response is called, and its output answered with text', async () => {
  const tools = [{ type: 'function', strict: true, ...weather.function }];

  const first = await client.responses.create(respond('Use it.', { tools, tool_choice: 'required' }));
  const [call] = first.output;
  assert.equal(call.type, 'function_call');
  assert.equal(typeof JSON.parse(call.arguments).city, 'string');

  const output = { type: 'function_call_output', call_id: call.call_id, output: '21 degrees' };
  const second = await client.responses.create(
    respond([output], { tools, previous_response_id: first.id }),
  );
  assert.ok(second.output_text.length > 0);
});

test('a response obeys a JSON schema', async () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' } },
    required: ['name'],
    additionalProperties: false,
  };
  const format = { type: 'json_schema', name: 'parcel', strict: true, schema };

  const response = await client.responses.parse(respond('Describe.', { text: { format } }));

  assert.equal(typeof response.output_parsed.name, 'string');
});

test('a response is read, listed and deleted', async () => {
  const made = await client.responses.create(respond('Keep this.'));

  const stored = await client.responses.retrieve(made.id);
  assert.equal(stored.output_text, made.output_text);
  const items = [];
  for await (const item of client.responses.inputItems.list(made.id)) items.push(item);
  assert.equal(items[0].content[0].text, 'Keep this.');

  await client.responses.delete(made.id);
  await assert.rejects(client.responses.retrieve(made.id), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    return true;
  });
});

test('a response in the background is polled until it is complete', async () => {
  const headers = { 'x-emulator-tokens-per-second': '500' };
  let response = await client.responses.create(respond('Work.', { background: true }), { headers });
  assert.equal(response.status, 'queued');

  while (response.status === 'queued' || response.status === 'in_progress')
    response = await client.responses.retrieve(response.id);

  assert.equal(response.status, 'completed');
  assert.ok(response.output_text.length > 0);
});

test('a response in the background is cancelled, and its stream ends', async () => {
  const headers = { 'x-emulator-events': 'in_progress' };
  const made = await client.responses.create(respond('Work.', { background: true }), { headers });

  const stream = await client.responses.retrieve(made.id, { stream: true });
  const events = eventsOf(stream);
  const cancelled = await client.responses.cancel(made.id);

  assert.equal(cancelled.status, 'cancelled');
  const types = (await events).map(({ type }) => type);
  assert.ok(!types.includes('response.completed'));
  assert.equal((await client.responses.cancel(made.id)).status, 'cancelled');
});

test('a background stream is resumed after the event that came last', async () => {
  const headers = { 'x-emulator-tokens-per-second': '500' };
  const request = respond('Work.', { background: true, stream: true });
  let id;
  let last;
  for await (const event of await client.responses.create(request, { headers })) {
    id ??= event.response.id;
    last = event.sequence_number;
    if (last === 6) break;
  }

  const resumed = await client.responses.retrieve(id, { stream: true, starting_after: last });
  const rest = await eventsOf(resumed);

  assert.equal(rest[0].sequence_number, last + 1);
  assert.equal(rest.at(-1).type, 'response.completed');
  assert.deepEqual(rest.at(-1).response.output, (await client.responses.retrieve(id)).output);
});

test('the failure of a response is told in its last event', async () => {
  for (const [word, type] of [
    ['failed', 'response.failed'],
    ['incomplete', 'response.incomplete'],
  ]) {
    const headers = { 'x-emulator-events': word };
    const stream = await client.responses.create(respond('Fail.', { stream: true }), { headers });
    assert.equal((await eventsOf(stream)).at(-1).type, type);
  }
});

test('an unknown previous response is named', async () => {
  await assert.rejects(
    client.responses.create(respond('Go on.', { previous_response_id: 'resp_0' })),
    (error) => error.status === 400 && error.code === 'previous_response_not_found',
  );
});

const isPng = (base64) => Buffer.from(base64, 'base64').subarray(1, 4).toString() === 'PNG';

test('images are generated, whole and with drafts', async () => {
  const request = { model: 'gpt-image-1', prompt: 'A lighthouse', size: '1024x1024' };

  const whole = await client.images.generate({ ...request, n: 2 });
  assert.equal(whole.data.length, 2);
  assert.ok(whole.data.every(({ b64_json }) => isPng(b64_json)));
  assert.ok(whole.usage.output_tokens > 0);

  const events = await eventsOf(
    await client.images.generate({ ...request, stream: true, partial_images: 2 }),
  );
  assert.deepEqual(
    events.map(({ type }) => type),
    [
      'image_generation.partial_image',
      'image_generation.partial_image',
      'image_generation.completed',
    ],
  );
  assert.equal(events.at(-1).b64_json, whole.data[0].b64_json);
});

test('the link to an image can be followed', async () => {
  const { data } = await client.images.generate({ prompt: 'A lighthouse', size: '256x256' });

  const file = await fetch(data[0].url);

  assert.equal(file.headers.get('content-type'), 'image/png');
  assert.ok(isPng(Buffer.from(await file.arrayBuffer()).toString('base64')));
});

test('images are edited and varied', async () => {
  const { data } = await client.images.generate({
    prompt: 'A lighthouse',
    size: '256x256',
    response_format: 'b64_json',
  });
  const png = () => toFile(Buffer.from(data[0].b64_json, 'base64'), 'a.png', { type: 'image/png' });

  const edit = { model: 'gpt-image-1', prompt: 'At night', mask: await png() };
  const edited = await client.images.edit({ ...edit, image: [await png(), await png()] });
  assert.ok(isPng(edited.data[0].b64_json));
  const events = await eventsOf(
    await client.images.edit({ ...edit, image: await png(), stream: true }),
  );
  assert.equal(events.at(-1).type, 'image_edit.completed');

  const varied = await client.images.createVariation({ image: await png(), n: 2 });
  assert.equal(varied.data.length, 2);
});

test('realtime sessions have secrets', async () => {
  const { sessions, transcriptionSessions } = client.beta.realtime;
  for (const each of [sessions, transcriptionSessions]) {
    const session = await each.create({ modalities: ['text'] });
    assert.match(session.client_secret.value, /^ek_/);
    assert.ok(session.client_secret.expires_at > Date.now() / 1000);
    assert.deepEqual(session.modalities, ['text']);
  }
});
