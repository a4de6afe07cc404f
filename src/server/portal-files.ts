// The portal's files for browsers: in the published package they are there; in a checkout they are built from `portal/` when they are
// first wanted, and again only when something there or its libraries changed. The build is a process of its own, beside the service. Each
// file is there compressed as well, so that serving it compresses nothing.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { StartError } from './start-error.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const SOURCE = join(ROOT, 'portal')
const STAMP = 'stamp'

const isCheckout = () => existsSync(join(SOURCE, 'vite.config.ts'))

export const portalDirectory = (): string => (isCheckout() ? join(SOURCE, 'dist') : join(ROOT, 'dist', 'portal'))

type Tell = (text: string) => void

/** Resolves when the files are there, or when it was told why they are not: mail does not depend on them. */
export async function preparePortalFiles(tell: Tell): Promise<void> {
  const fault = await ensurePortalFiles(tell).catch((error: unknown) => error)
  if (fault !== undefined) tell(`${describeFault(fault)}\nEverything else runs without the portal.\n`)
}

const describeFault = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault))

/** Resolves when the files are there. `tell` hears that there is something to wait for, and of its end. */
export async function ensurePortalFiles(tell: Tell): Promise<void> {
  if (!isCheckout()) return
  const stamp = stampOf()
  if (readStamp() === stamp) return
  // Whoever serves them looks for it at the start.
  mkdirSync(portalDirectory(), { recursive: true })
  tell('Building the portal, which is needed once…\n')
  const began = performance.now()
  await build(stamp)
  tell(`Built in ${Math.ceil((performance.now() - began) / 1000)} s.\n`)
}

function readStamp(): string | undefined {
  const path = join(portalDirectory(), STAMP)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** Of everything that goes into the files. */
function stampOf(): string {
  const digest = createHash('sha256')
  const own = globSync('**/*', { cwd: SOURCE, exclude: ['dist*', 'dist*/**'], withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const shared = globSync(join(ROOT, 'src/{access,resources}/*.ts')).filter((path) => !path.includes('.test.'))
  const settings = ['package-lock.json', 'tsconfig.json'].map((name) => join(ROOT, name))
  for (const path of [...own, ...shared, ...settings, import.meta.filename].sort())
    digest.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path)).update('\0')
  return digest.digest('hex')
}

/** Into a directory of its own, which then takes the place of the other: whoever is served meanwhile gets files that fit together. */
async function build(stamp: string): Promise<void> {
  const target = join(SOURCE, `dist-${process.pid}`)
  try {
    await run(target)
    await compress(target)
    writeFileSync(join(target, STAMP), stamp)
    rmSync(portalDirectory(), { recursive: true, force: true })
    renameSync(target, portalDirectory())
  } catch (error) {
    if (readStamp() !== stamp) throw error
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}

function run(target: string): Promise<void> {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  if (!existsSync(vite)) throw new StartError('The portal cannot be built without the development packages: npm ci')
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'error'], {
    cwd: SOURCE,
    env: { ...process.env, NODE_ENV: 'production', POSTERN_PORTAL_OUT: target },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new StartError(`The portal could not be built:\n${said.slice(-2000)}`))
    })
  })
}

const COMPRESSIBLE = /\.(html|js|css|svg|json)$/

/** Beside each file the same in the encodings that browsers know. */
async function compress(directory: string): Promise<void> {
  const files = globSync('**/*', { cwd: directory, withFileTypes: true })
    .filter((entry) => entry.isFile() && COMPRESSIBLE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  await Promise.all(
    files.map(async (file) => {
      const octets = await readFile(file)
      const params = { [constants.BROTLI_PARAM_SIZE_HINT]: octets.length }
      const [br, gz] = [
        await promisify(brotliCompress)(octets, { params }),
        await promisify(gzip)(octets, { level: 9 }),
      ]
      await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)])
    }),
  )
}
