// What the main thread tells its workers and what they tell it. Every worker runs the same file with a role; all settings are plain
// data, because they cross threads.

import type { MessagePort } from 'node:worker_threads'
import type { Config } from '../config/schema.ts'
import type { InstallationKeys } from '../keys/installation-key.ts'
import type { DoorProfile } from '../submission/door-profile.ts'

export type Role = 'store' | 'edge' | 'api' | 'dispatch'

/** A door with its port resolved: 0 is gone. `addresses` holds every address it listens on. */
export type ResolvedDoor = {
  readonly name: string
  readonly implicitTls: boolean
  readonly profile: DoorProfile
  /** Those it is bound to, with prefix lengths; undefined: everybody may come. */
  readonly networks: readonly string[] | undefined
  /** Of those, the ones whose clients need not sign in. */
  readonly identities: readonly {
    readonly name: string
    readonly addresses: readonly string[]
    readonly username: string
  }[]
  readonly addresses: readonly string[]
  readonly port: number
}

export type CertificateFiles = { readonly certificateFile: string; readonly keyFile: string }

/** Everything a thread starts from. The keys cross to threads of this process only. */
export type ThreadSettings = {
  readonly role: Role
  readonly index: number
  readonly config: Config
  readonly keys: InstallationKeys
  readonly certificates: readonly CertificateFiles[]
  readonly doors: readonly ResolvedDoor[]
  readonly https: { readonly addresses: readonly string[]; readonly port: number }
  readonly publicUrl: string
  readonly reusePort: boolean
  /** Counts new mail, so that dispatch need not poll: see `due-signal.ts`. */
  readonly dueSignal: SharedArrayBuffer
  /** Connections by source over all edges: see `submission/source-counts.ts`. */
  readonly sourceCounts: SharedArrayBuffer
}

export type Readiness = { readonly ready: boolean; readonly waitingFor: readonly string[] }

export type ToThread =
  /** To the store thread: one more client. To the others: the line to the (new) store thread. */
  | { readonly type: 'store'; readonly port: MessagePort }
  | { readonly type: 'readiness'; readonly readiness: Readiness }
  | { readonly type: 'metrics'; readonly id: number }
  | { readonly type: 'metrics-collected'; readonly id: number; readonly metrics: readonly unknown[] }
  | { readonly type: 'stop'; readonly patience: number }

export type FromThread =
  | { readonly type: 'started' }
  /** The thread cannot work; its supervisor must not restart it before the start has been given up. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'stopped' }
  | { readonly type: 'metrics'; readonly id: number; readonly metrics: unknown }
  | { readonly type: 'collect-metrics'; readonly id: number }

/** A role at work. `receive` gets what the main thread says, `stop` ends it and resolves when nothing is owed any more. */
export type RunningRole = {
  receive(message: ToThread): void
  stop(patience: number): Promise<void>
  /** This thread's metrics as plain data. */
  metrics(): Promise<unknown>
}

export type ToMain = (message: FromThread) => void

/** `storeLine` is the first line to the store thread; for the store thread itself it never comes. */
export type StartRole = (
  settings: ThreadSettings,
  storeLine: Promise<MessagePort>,
  tell: ToMain,
) => RunningRole | Promise<RunningRole>
