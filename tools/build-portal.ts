// Puts the portal's files where the published package has them.

import { cpSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ensurePortalFiles, portalDirectory } from '../src/server/portal-files.ts'

await ensurePortalFiles((text) => void process.stdout.write(text))
const target = join(import.meta.dirname, '..', 'dist', 'portal')
rmSync(target, { recursive: true, force: true })
cpSync(portalDirectory(), target, { recursive: true, filter: (path) => basename(path) !== 'stamp' })
