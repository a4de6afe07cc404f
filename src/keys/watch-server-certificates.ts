// Notices that certificate files have changed and loads them again. It asks for the files' state every few seconds instead of
// subscribing to the file system: renewal tools swap links and whole directories, which notifications miss. A set is reported once,
// good or bad; whoever uses the certificates keeps what it has until it is told of a good one.

import { statSync } from 'node:fs'
import type { Clock } from '../config/clock.ts'
import { type CertificateFiles, loadServerCertificates, type ServerCertificatesOutcome } from './server-certificates.ts'

const INTERVAL = 5000

export type CertificateWatch = {
  /** Loads at once, changed or not, and reports the outcome before it returns. */
  reload(): void
  close(): void
}

/** Calls `report` with the outcome of each load, from the first change on. */
export function watchServerCertificates(
  files: readonly CertificateFiles[],
  clock: Clock,
  report: (outcome: ServerCertificatesOutcome) => void,
): CertificateWatch {
  let known = describeState(files)
  const reload = (): void => {
    // The state first: a change during the load shows at the next look.
    known = describeState(files)
    report(loadServerCertificates(files, clock.now()))
  }
  const look = (): void => {
    cancel = clock.after(INTERVAL, look)
    if (describeState(files) !== known) reload()
  }
  let cancel = clock.after(INTERVAL, look)
  return { reload, close: () => cancel() }
}

function describeState(files: readonly CertificateFiles[]): string {
  return files
    .flatMap(({ certificateFile, keyFile }) => [describeFile(certificateFile), describeFile(keyFile)])
    .join('\n')
}

/** The mode counts too: a key file that was refused as open to others is taken up once that is repaired. */
function describeFile(file: string): string {
  try {
    const { ino, size, mtimeNs, mode } = statSync(file, { bigint: true })
    return `${ino} ${size} ${mtimeNs} ${mode}`
  } catch {
    return 'out of reach'
  }
}
