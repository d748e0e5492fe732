#!/usr/bin/env node
// The program's first file is CommonJS: Node loads an ES module through libuv's thread pool, and the pool takes its
// size when it is first used. Pictures are decoded in it, one thread a core; with many cores by processes, as many in all.
import os = require('node:os');

process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, os.availableParallelism()));
void import('./main.js').then(({ main }) => main(process.argv));
