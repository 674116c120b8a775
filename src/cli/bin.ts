#!/usr/bin/env node
// The launcher parses no argument and must load on an old Node, so that it can say that Node is too
// old.
const NEEDED = 24

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write(`dfs needs Node ${NEEDED} or newer; this is Node ${process.versions.node}. Get it from https://nodejs.org, or put a newer one first in PATH.\n`)
  process.exit(2)
}

const { keepCompiled } = await import('./compile-cache.js')
keepCompiled()
const { main } = await import('./main.js')
await main()

export {}
