// Brings a node up: lock the data directory, open the store, find every port, then start the threads in the order they
// need one another, and take them down in the reverse order. What a first run creates is its caller's business (`prepare`).

import { randomBytes } from 'node:crypto'
import type { Config } from '../config/schema.ts'
import { deriveKeys, type InstallationKeys, type KeySources, loadInstallationKey } from '../keys/installation-key.ts'
import { createSealer, type Sealer } from '../keys/sealing.ts'
import type { Storage } from '../storage/storage.ts'
import { createSourceCountsMemory } from '../submission/source-counts.ts'
import { createLogger, type Logger } from '../telemetry/logger.ts'
import { ensureDevelopmentCertificates } from './development-certificates.ts'
import { createDueSignalMemory } from './due-signal.ts'
import { resolvePorts, type ResolvedPlace } from './resolve-ports.ts'
import { StartError } from './start-error.ts'
import { beginStore, lockFor, type StoreStart } from './store-start.ts'
import { Supervisor } from './supervisor.ts'
import type { ResolvedDoor, Role, ThreadSettings } from './thread-protocol.ts'

export type Installation = {
  readonly storage: Storage
  readonly sealer: Sealer
  readonly keys: InstallationKeys
  readonly logger: Logger
}

export type RunningServer = Installation & {
  readonly doors: readonly ResolvedPlace[]
  readonly https: ResolvedPlace
  readonly publicUrl: string
  /** Until then `/health/ready` says what is waited for. */
  markReady(): void
  /** Sessions are told 421 and finish the reply they are owed; accepted mail is kept. */
  stop(): Promise<void>
}

export type StartOptions = {
  readonly config: Config
  readonly createKey: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly roles?: readonly Role[]
  /** Said instead of starting on a store without a tenant. */
  readonly whenEmpty?: string
}

// Edges first: nothing new is accepted. The store last: everything before it may still write.
const STOP_ORDER: readonly (readonly Role[])[] = [['edge'], ['api', 'dispatch'], ['store']]

/** `prepare` runs once the store is open and before any door is: a first run creates its objects there. */
export async function startServer(
  options: StartOptions,
  prepare: (installation: Installation) => Promise<void>,
): Promise<RunningServer> {
  const { config } = options
  // Database, lock and segment files are nobody else's to read, whatever the shell's mask was.
  process.umask(0o077)
  const logger = createLogger({ level: config.log.level, thread: 'main' })
  const directory = lockFor(config)
  if (directory.type !== 'opened') throw new StartError(directory.message)
  const supervisor = new Supervisor({ onLog: (level, message, detail) => logger[level](detail, message) })
  const undo: (() => Promise<void> | void)[] = [() => directory.directory.release()]
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const store = await beginStore(config, supervisor)
    undo.push(() => supervisor.stop(STOP_ORDER, config.shutdown.patience))
    undo.push(() => store.close())
    const { release, ...ports } = await findPorts(config)
    undo.push(release)
    const { common, certificates, ...installation } = await store.alone(async () => {
      const keys = await findKeys(options, store)
      const common = {
        config,
        keys,
        ...ports,
        reusePort: canReusePort(),
        dueSignal: createDueSignalMemory(),
        sourceCounts: createSourceCountsMemory(config.smtp.workers, randomBytes),
      }
      const storage = await store.open({ ...common, certificates: [] })
      const installation = { storage, sealer: createSealer(keys), keys, logger }
      await prepare(installation)
      return { ...installation, common, certificates: await findCertificates(config, installation) }
    })
    await startThreads(supervisor, { ...common, certificates }, options.roles)
    release()
    return {
      ...installation,
      doors: ports.places,
      https: ports.https,
      publicUrl: ports.publicUrl,
      markReady: () => supervisor.setReadiness({ ready: true, waitingFor: [] }),
      stop: async () => {
        await giveNotice(supervisor, config)
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error instanceof Error && !(error instanceof StartError) && isExpected(error)
      ? new StartError(error.message)
      : error
  }
}

/** System errors (a disk, a port, a permission) are the environment's; anything else is a bug and keeps its stack. */
const isExpected = (error: Error): boolean => 'code' in error || error.constructor === Error

/** Whoever looks whether this node is ready hears no first, and listeners close only then. */
async function giveNotice(supervisor: Supervisor, { shutdown }: Config): Promise<void> {
  supervisor.setReadiness({ ready: false, waitingFor: ['stop'] })
  await new Promise((resolve) => setTimeout(resolve, shutdown.notice))
}

async function findKeys(options: StartOptions, store: StoreStart): Promise<InstallationKeys> {
  const nothingStored = await store.isEmpty()
  if (nothingStored && options.whenEmpty !== undefined) throw new StartError(options.whenEmpty)
  const shared = options.createKey ? await store.bootstrapKey() : undefined
  return shared === undefined ? loadKeys(options, nothingStored) : deriveKeys(shared)
}

/** A key is made only where nothing is stored yet: what was sealed under a lost one never opens again. */
function loadKeys({ config, createKey, environment }: StartOptions, nothingStored: boolean): InstallationKeys {
  const outcome = loadInstallationKey(keySourcesOf(config, environment), { create: createKey && nothingStored })
  if (outcome.type !== 'keys') throw new StartError(outcome.message)
  return outcome.keys
}

export function keySourcesOf({ keys }: Pick<Config, 'keys'>, environment: StartOptions['environment']): KeySources {
  return {
    env: environment['POSTERN_KEY'],
    credentialsDirectory: environment['CREDENTIALS_DIRECTORY'],
    file: keys.file,
  }
}

async function findPorts(config: Config) {
  const httpsPlace = { name: 'https', address: config.https.address, port: config.https.port }
  const resolved = await resolvePorts([...config.smtp.listeners, httpsPlace], canReusePort())
  if (resolved.type === 'taken') throw new StartError(resolved.message)
  const places = resolved.places.slice(0, -1)
  const https = resolved.places.at(-1) as ResolvedPlace
  const doors = places.map((place, index) => ({ ...place, ...describeDoor(config, index) }))
  return { places, doors, https, publicUrl: publicUrlOf(config, https.port), release: resolved.release }
}

function describeDoor({ smtp, networks }: Config, index: number): Omit<ResolvedDoor, keyof ResolvedPlace> {
  const { tls = 'starttls', profile = 'modern', networks: names = [] } = smtp.listeners[index] ?? {}
  const admitted = networks.filter(({ name }) => names.includes(name)).flatMap(({ addresses }) => addresses)
  const identities = networks.flatMap(({ name, addresses, identity }) =>
    identity === undefined || !names.includes(name) ? [] : [{ name, addresses, username: identity }],
  )
  return { implicitTls: tls === 'implicit', profile, networks: names.length === 0 ? undefined : admitted, identities }
}

/** Where clients reach the API, with the port that HTTPS really has. */
export function publicUrlOf({ publicUrl, hostname }: Pick<Config, 'publicUrl' | 'hostname'>, port: number): string {
  return publicUrl ?? `https://${hostname}${port === 443 ? '' : `:${port}`}/`
}

async function findCertificates(config: Config, { storage, sealer }: Installation) {
  const given = config.tls.certificates
  return given.length > 0 ? given : ensureDevelopmentCertificates(config, storage, sealer, Date.now())
}

async function startThreads(
  supervisor: Supervisor,
  common: Omit<ThreadSettings, 'role' | 'index'>,
  roles: readonly Role[] = ['edge', 'api', 'dispatch'],
): Promise<void> {
  const edges = common.reusePort ? common.config.smtp.workers : 1
  const threads = [
    ...Array.from({ length: edges }, (_, index) => ({ role: 'edge' as const, index })),
    { role: 'api' as const, index: 0 },
    { role: 'dispatch' as const, index: 0 },
  ]
  const wanted = threads.filter(({ role }) => roles.includes(role))
  await Promise.all(wanted.map((thread) => supervisor.start({ ...common, ...thread })))
}

/** Linux and some BSDs share a port between listeners fairly; elsewhere one edge has it alone. */
function canReusePort(): boolean {
  return process.platform === 'linux' || process.platform === 'freebsd'
}
