// Unpacks the Chromium of the npm registry, its fonts and the libraries that a bare Linux lacks. The package unpacks to the temporary
// directory and nowhere else, so this is a process of its own, started with a temporary directory of its own.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflate } from '@sparticuz/chromium'

const packed = join(fileURLToPath(import.meta.resolve('@sparticuz/chromium')), '..', '..', 'bin')
await Promise.all(['chromium.br', 'fonts.tar.br', 'al2023.tar.br'].map((name) => inflate(join(packed, name))))
