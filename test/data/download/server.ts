// A web server for tests on 127.0.0.1, that serves one file as it should, or as a test tells it to.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { seeded } from '../../random.js';

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface TestServer {
  readonly url: string;
  /** `range` and `if-range` of every request, in order. */
  readonly requests: { range: string | undefined; ifRange: string | undefined }[];
  /** The `accept-encoding` of the last request. */
  encoding: string | undefined;
  /** Takes the next requests one by one; once it is empty, `rest` does. */
  next: Answer[];
  rest: Answer;
  /** Empties what the server remembers. */
  reset(rest: Answer): void;
}

export async function startServer(): Promise<TestServer> {
  const state: TestServer = {
    url: '',
    requests: [],
    encoding: undefined,
    next: [],
    rest: (_, response) => response.writeHead(404).end(),
    reset(rest) {
      state.requests.length = 0;
      state.next = [];
      state.rest = rest;
    },
  };
  const server = createServer((request, response) => {
    const { range, 'if-range': ifRange, 'accept-encoding': encoding } = request.headers;
    state.encoding = String(encoding);
    state.requests.push({ range, ifRange: typeof ifRange === 'string' ? ifRange : undefined });
    void (state.next.shift() ?? state.rest)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.h5` });
}

export const md5 = (content: Uint8Array): string => createHash('md5').update(content).digest('hex');

/** Bytes that look like none of another seed. */
export function randomBytes(count: number, seed: number): Buffer {
  const random = seeded(seed);
  return Buffer.from(Uint8Array.from({ length: count }, () => random.integer(0, 256)));
}

export interface FileHeaders {
  readonly etag?: string;
  readonly 'last-modified'?: string;
}

/** A file as a good server hands it out: Range, If-Range, Content-Length. `send` may write the body otherwise. */
export function file(
  content: Buffer,
  headers: FileHeaders = { etag: `"${md5(content)}"` },
  send: (response: ServerResponse, body: Buffer) => unknown = (response, body) => response.end(body),
): Answer {
  return (request, response) => {
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const ifRange = request.headers['if-range'];
    const same = ifRange === undefined || ifRange === headers.etag || ifRange === headers['last-modified'];
    if (first > 0 && same && first >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const partial = first > 0 && same;
    const body = partial ? content.subarray(first) : content;
    const range = partial ? { 'content-range': `bytes ${first}-${content.length - 1}/${content.length}` } : {};
    response.writeHead(partial ? 206 : 200, { ...headers, ...range, 'content-length': body.length });
    send(response, body);
  };
}

/** Sends `count` bytes, and then no more, without an end. */
export const stallAfter = (count: number) => (response: ServerResponse, body: Buffer) =>
  response.write(body.subarray(0, count));

/** Sends `count` bytes, and then breaks the connection. */
export const cutAfter = (count: number) => (response: ServerResponse, body: Buffer) =>
  response.write(body.subarray(0, count), () => setTimeout(() => response.destroy(), 20));

/** Sends `step` bytes every `milliseconds`. */
export const slowly = (step: number, milliseconds: number) => async (response: ServerResponse, body: Buffer) => {
  for (let at = 0; at < body.length && !response.destroyed; at += step) {
    response.write(body.subarray(at, at + step));
    await sleep(milliseconds);
  }
  response.end();
};
