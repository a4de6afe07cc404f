// A real Chromium: the one of `CHROMIUM_PATH`, else that of the npm registry, unpacked once beside the other packages with its fonts and
// libraries, so that it starts on a bare Linux and draws the same everywhere. It trusts the certificates it is shown besides the usual ones, and finds
// no host but this one. Where no browser starts, the test fails and says what to install.

import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

const HINT = `The Chromium of the npm registry runs on Linux (x64, glibc 2.34 or later). Elsewhere install a Chromium or Chrome and name it:
CHROMIUM_PATH=/usr/bin/chromium npm test. On Debian: apt-get install chromium.`

type Binary = { readonly path: string; readonly environment: Readonly<Record<string, string>> }

/** `urls`: of the services whose certificates are trusted. */
export async function launchChromium(...urls: readonly string[]): Promise<Browser> {
  const { path, environment } = await findChromium()
  const keys = await Promise.all(urls.map((url) => keyDigestOf(new URL(url))))
  try {
    return await chromium.launch({
      executablePath: path,
      env: { ...process.env, ...environment },
      args: [
        '--no-sandbox',
        '--disable-dev-shm-usage',
        '--font-render-hinting=none',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
        `--ignore-certificate-errors-spki-list=${keys.join(',')}`,
      ],
    })
  } catch (error) {
    throw new Error(`Chromium does not start from ${path}.\n${HINT}`, { cause: error })
  }
}

async function findChromium(): Promise<Binary> {
  const own = process.env['CHROMIUM_PATH']
  if (own !== undefined && own !== '') return { path: own, environment: {} }
  const directory = await unpack()
  const libraries = [join(directory, 'al2023', 'lib'), process.env['LD_LIBRARY_PATH'] ?? ''].filter((path) => path)
  const environment = { FONTCONFIG_FILE: join(directory, 'fonts.conf'), LD_LIBRARY_PATH: libraries.join(':') }
  return { path: join(directory, 'chromium'), environment }
}

/** Under another name first: several tests may come here at once, and one may be stopped half-way. */
async function unpack(): Promise<string> {
  const manifest = join(require.resolve('@sparticuz/chromium'), '..', '..', 'package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const cache = join(manifest, '..', '..', '..', '.cache')
  const directory = join(cache, `chromium-${version}`)
  if (existsSync(directory)) return directory
  mkdirSync(cache, { recursive: true })
  const unfinished = mkdtempSync(join(cache, 'chromium-'))
  try {
    const child = join(import.meta.dirname, 'unpack-chromium.child.ts')
    await run(process.execPath, [child], { env: { ...process.env, TMPDIR: unfinished } })
    writeFileSync(join(unfinished, 'fonts.conf'), fontConfiguration(directory))
    renameSync(unfinished, directory)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(directory)) throw new Error(`Chromium could not be unpacked.\n${HINT}`, { cause: error })
  }
  return directory
}

const fontConfiguration = (directory: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(directory, 'fonts')}</dir><cachedir>${join(directory, 'fonts-cache')}</cachedir></fontconfig>
`

/** Of the public key that the service shows, as Chromium wants it named. */
function keyDigestOf({ hostname, port }: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), servername: hostname, rejectUnauthorized: false })
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      const { publicKey } = new X509Certificate(socket.getPeerCertificate().raw)
      const octets = publicKey.export({ type: 'spki', format: 'der' })
      socket.destroy()
      resolve(createHash('sha256').update(octets).digest('base64'))
    })
  })
}
