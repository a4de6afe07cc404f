// What a process under measurement and its parent say to each other: where it listens, what CPU it has used so far, and the end.

import type { ChildProcess } from 'node:child_process'

/** Where the load goes and how it signs in. */
export type Target = {
  readonly port: number
  readonly caFile: string
  readonly username: string
  readonly password: string
  readonly sender: string
}

/** Of the whole process, all threads. */
export type Usage = { readonly cpuMilliseconds: number; readonly rssBytes: number }

export function answerParent(target: Target, stop: () => Promise<void>): void {
  process.on('message', (message) => {
    if (message === 'stop') return void stop().then(() => process.exit(0))
    if (message !== 'usage') return
    const { user, system } = process.cpuUsage()
    const usage: Usage = { cpuMilliseconds: (user + system) / 1000, rssBytes: process.memoryUsage.rss() }
    process.send?.(usage)
  })
  process.send?.(target)
}

/** The next thing the child says. */
export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the measured process ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message as T)
    })
  })
}

export function askUsage(child: ChildProcess): Promise<Usage> {
  const answer = nextMessage<Usage>(child)
  child.send('usage')
  return answer
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.send('stop')
  await exited
}
