// Puts the command line into a few files in dist/bin: a thousand modules load one by one in half a second, a few files in a
// fifth of that. What is imported where it is needed stays a file of its own; so do the threads, which are started by the path of
// their file. The library stays one file a module, in dist/src.
import { chmod, rm } from 'node:fs/promises'
import { build } from 'esbuild'

const OUT = 'dist/bin'
await rm(OUT, { recursive: true, force: true })
await build({
  entryPoints: [
    { in: 'dist/src/cli/bin.js', out: 'dfs' },
    'dist/src/vault/entries/verify-worker.js',
    'dist/src/index/engine/writer-worker.js',
    'dist/src/index/engine/check-worker.js'
  ],
  outdir: OUT,
  entryNames: '[name]',
  chunkNames: 'part-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // packages in the older module format ask for modules of Node by `require`
  // loaded only by a node whose HTTP API is on
  external: ['fastify', '@fastify/swagger', 'typebox'],
  banner: { js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);" },
  logLevel: 'warning'
})
await chmod(`${OUT}/dfs.js`, 0o755)
