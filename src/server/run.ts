// The two ways to run: a quickstart from environment variables alone, and a configured service. Both start, wait for a signal and
// stop in good order; both say on the terminal what keeps them from starting, with exit code 1.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { ConfigOutcome } from '../config/parse-config.ts'
import { quickstartConfig } from '../config/quickstart-config.ts'
import type { Config } from '../config/schema.ts'
import { createEmbeddedProvider } from '../identity/embedded.ts'
import { proveInstallationKey } from './init.ts'
import { databasePath } from './places.ts'
import { describeQuickstart, describeSettings, isSecretValid, sendWelcome, writeQuickstartFile } from './quickstart.ts'
import { preparePortalFiles } from './portal-files.ts'
import { ensureQuickstartObjects, type QuickstartObjects } from './quickstart-installation.ts'
import { StartError } from './start-error.ts'
import { type Installation, type RunningServer, startServer } from './start-server.ts'
import { describeStore } from './store-start.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where the two ways to run speak. */
export type Output = { readonly out: TextStream; readonly err: TextStream }

type TextStream = { write(text: string): unknown }

export async function runQuickstart(environment: Environment, output: Output): Promise<number> {
  return runUntilSignal(quickstartConfig(environment), output, async (config) => {
    output.out.write('Starting Postern…\n')
    const quickstart = await startQuickstart(config, environment, (text) => void output.out.write(text))
    if (config.store.postgres !== undefined) output.out.write(`\n${SHARED_STORE}`)
    output.out.write(`\n${describeSettings(config, quickstart.server, quickstart.objects)}`)
    return quickstart.server
  })
}

const SHARED_STORE = `The installation key lies in the database that this quickstart shares with others: development only.
For anything else make an installation with postern init and run it with postern serve.
`

export async function runServe(configPath: string, environment: Environment, output: Output): Promise<number> {
  const { loadConfig } = await import('../config/load-config.ts')
  return runUntilSignal(loadConfig(configPath, environment), output, async (config) => {
    const whenEmpty = `${describeStore(config)} holds no installation yet. ${firstSteps(config, configPath)}`
    const portal = preparePortalFiles((text) => void output.out.write(text))
    const server = await startServer({ config, createKey: false, environment, whenEmpty }, ({ storage, sealer }) =>
      proveInstallationKey(storage, sealer),
    )
    await portal
    server.markReady()
    server.logger.info({ doors: server.doors, https: server.https, publicUrl: server.publicUrl }, 'ready')
    return server
  })
}

function firstSteps(config: Config, configPath: string): string {
  const make = `Make one: postern init --config ${configPath}`
  if (config.store.postgres === undefined || !existsSync(databasePath(config))) return make
  const copy = `postern db copy --from sqlite --to postgres --config ${configPath}`
  return `Copy the one in ${config.dataDirectory}: ${copy}\n${make}`
}

/** A whole quickstart, ready when this resolves. */
export async function startQuickstart(
  config: Config,
  environment: Environment,
  tell: (text: string) => void = () => {},
): Promise<{ readonly server: RunningServer; readonly objects: QuickstartObjects }> {
  const portal = preparePortalFiles(tell)
  let made: { readonly objects: QuickstartObjects; readonly created: boolean } | undefined
  const server = await startServer({ config, createKey: true, environment }, async (installation) => {
    made = await ensureQuickstartObjects(contextOf(config, installation))
  })
  if (made === undefined) throw new Error('the server started without its preparation')
  const { objects, created } = made
  try {
    const secretValid = created || (await provesSecret(server, objects))
    writeQuickstartFile(config, describeQuickstart(config, server, objects, secretValid))
    if (created) await sendWelcome(config, server, objects)
    await portal
    server.markReady()
    return { server, objects }
  } catch (error) {
    await server.stop()
    throw error
  }
}

const contextOf = (config: Config, { storage, sealer, keys }: Installation) => ({
  storage,
  sealer,
  pepper: keys.pepper,
  random: randomBytes,
  now: Date.now(),
  domains: config.domains,
})

async function provesSecret({ storage, keys }: Installation, objects: QuickstartObjects): Promise<boolean> {
  const { applicationId, clientSecret } = objects.application
  const provider = createEmbeddedProvider(storage.read.directory, keys.pepper)
  const login = { tenantId: objects.tenantId, applicationId, clientSecret: Buffer.from(clientSecret), at: Date.now() }
  return isSecretValid(await provider.authenticate(login))
}

async function runUntilSignal(
  outcome: ConfigOutcome,
  { out, err }: Output,
  start: (config: Config) => Promise<RunningServer>,
): Promise<number> {
  if (outcome.type === 'invalid') {
    for (const { path, message } of outcome.problems) err.write(`${path} ${message}\n`)
    return 1
  }
  const signal = waitForSignal()
  try {
    const server = await start(outcome.config)
    await signal
    out.write('Stopping: sessions are told, accepted mail is kept.\n')
    await server.stop()
    return 0
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    err.write(`${error.message}\n`)
    return 1
  }
}

/** The first signal stops in good order; the second ends the process as it would without us. */
function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      resolve(signal)
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}
