// The whole service as a process of its own, so that it can be killed and its memory be read. It runs as `npm start` runs it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { RunningService } from '../fixtures/capture-inbox.ts'
import { QUICKSTART_ENVIRONMENT, readQuickstart } from '../fixtures/quickstart-service.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/postern.js', import.meta.url))

export type ServiceProcess = {
  readonly pid: number
  /** Undefined when the process ended before it was ready. */
  readonly ready: Promise<RunningService | undefined>
  readonly ended: Promise<void>
  /** What it said on standard error. */
  complaint(): string
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
}

/** `launcher` is a command that runs the command behind it; `variables` are added to the environment. */
export function spawnService(
  directory: string,
  launcher: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): ServiceProcess {
  const [command, ...args] = [...launcher, process.execPath, PROGRAM, 'quickstart']
  const child = spawn(command, args, {
    env: { ...process.env, ...QUICKSTART_ENVIRONMENT, POSTERN_DATA_DIR: directory, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stderr.on('data', (octets: Buffer) => {
    complaint += octets
  })
  const ended = once(child, 'close').then(() => {})
  const ready = new Promise<RunningService | undefined>((resolve) => {
    child.stdout.on('data', (octets: Buffer) => {
      output += octets
      if (!output.includes('Postern is ready.')) return
      const quickstart = readQuickstart(directory)
      resolve({ quickstart, ca: readFileSync(quickstart.caFile, 'utf8') })
    })
    void ended.then(() => resolve(undefined))
  })
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    complaint: () => complaint,
    kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}
