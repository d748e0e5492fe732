// The local server of the explorer page: on loopback only, behind a random token, and nothing but reading.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VggpuError } from '../errors.js';
import type { ModelSource } from './model.js';
import type { StaticFile } from './static-files.js';

export interface ExploreServer {
  /** The page's address, with the token. */
  readonly address: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly source: ModelSource;
  readonly files: ReadonlyMap<string, StaticFile>;
  /** Default any that is free. */
  readonly port?: number | undefined;
}

const HOST = '127.0.0.1';

/**
 * The page may load what this server has and nothing else. Its interpreter of WGSL compiles to JavaScript, which 'unsafe-eval' allows;
 * isolation gives it a clock of 5 microseconds instead of 100.
 */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

/** @throws VggpuError 'usage' where the port is taken or may not be used */
export async function serve({ source, files, port = 0 }: ServeOptions): Promise<ExploreServer> {
  const token = randomBytes(16).toString('hex');
  const server = createServer((request, response) => {
    void answer(request, response, { token, source, files }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, port)));
    server.listen(port, HOST, resolve);
  });
  return {
    address: `http://${HOST}:${(server.address() as AddressInfo).port}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portError(error: NodeJS.ErrnoException, port: number): VggpuError {
  const why: Record<string, string> = {
    EADDRINUSE: `Port ${port} is in use by another program. Name another with --port, or leave it away for any that is free.`,
    EACCES: `Port ${port} may not be used by this user. Name one from 1024 on, or leave --port away.`,
  };
  return new VggpuError('usage', why[error.code ?? ''] ?? `Port ${port} cannot be used: ${error.message}.`, {
    cause: error,
  });
}

interface Served extends Pick<ServeOptions, 'source' | 'files'> {
  readonly token: string;
}

async function answer(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const path = pathBehindToken(request, served.token);
  if (path === undefined) return refuse(response, 404, 'Not found');
  if (request.method !== 'GET') {
    response.setHeader('Allow', 'GET');
    return refuse(response, 405, 'This server takes nothing');
  }
  if (path === 'model.json') return sendJson(response, served.source.model);
  const weights = /^weights\/(\d{1,4})\/(kernel|bias)$/.exec(path.split('?')[0]!);
  if (weights) return sendWeights(response, served.source, weights[2]!, Number(weights[1]), path.split('?')[1]);
  const file = served.files.get(path === '' ? 'index.html' : path);
  if (!file) return refuse(response, 404, 'Not found');
  response.setHeader('Content-Type', file.type);
  response.end(file.bytes);
}

/** @returns undefined where the token is not there, or the page was reached by another name (a site that points its name here) */
function pathBehindToken({ url = '', headers, socket }: IncomingMessage, token: string): string | undefined {
  const hosts = [HOST, 'localhost'].map((name) => `${name}:${socket.localPort}`);
  if (!hosts.includes(headers.host ?? '')) return undefined;
  const given = Buffer.from(url.slice(1, 1 + token.length));
  const expected = Buffer.from(token);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return url[1 + token.length] === '/' ? url.slice(2 + token.length) : undefined;
}

async function sendWeights(response: ServerResponse, source: ModelSource, what: string, layer: number, query?: string) {
  if (layer >= source.weighted) return refuse(response, 404, 'Not found');
  response.setHeader('Content-Type', 'application/octet-stream');
  if (what === 'bias') {
    const { buffer, byteOffset, byteLength } = source.bias(layer);
    response.end(new Uint8Array(buffer, byteOffset, byteLength));
    return;
  }
  const panels = new URLSearchParams(query).get('panels') ?? '';
  if (!/^(\d{1,6}-\d{1,6}(,\d{1,6}-\d{1,6})*)?$/.test(panels)) return refuse(response, 400, 'panels=FROM-TO,...');
  const ranges =
    panels === '' ? [] : panels.split(',').map((range) => range.split('-').map(Number) as [number, number]);
  await source.sendKernel(layer, ranges, response);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}
