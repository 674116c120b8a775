#!/usr/bin/env node
// The launcher. It parses nothing, and must load on a Node that is too old, far enough to say so.
const NEEDED = 24

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write(`dfs needs Node ${NEEDED} or newer; this is Node ${process.versions.node}. Get it from https://nodejs.org, or put a newer one first in PATH.\n`)
  process.exit(2)
}

const { main } = await import('./main.js')
await main()

export {}
