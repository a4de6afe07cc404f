#!/usr/bin/env node
// Starts the command line: from `src/` in a checkout, from `dist/` in the published package (Node does not strip types
// under node_modules). Written for any Node, so that an old one gets a sentence instead of a syntax error.
import { existsSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 17)) {
  process.stderr.write(
    `postern needs Node 24.17 or newer (older patches have known TLS and DNS holes); this is ${process.versions.node}.\n` +
      'In a checkout use `npm start` or `npx postern`, which find the Node that `npm ci` installed.\n',
  )
  process.exit(1)
}
const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/cli/main.js', import.meta.url)
await import((existsSync(source) ? source : built).href)
