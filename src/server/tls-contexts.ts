// The TLS context that every connection of a thread shares. It changes when certificate files change and when the day's ticket keys
// do; connections that are open keep theirs. A set of files that is not whole is reported and changes nothing.

import type { SecureContext, SecureContextOptions } from 'node:tls'
import { systemClock } from '../config/clock.ts'
import { createServerSecureContext, secureContextOptions, type TlsProfile } from '../keys/secure-context.ts'
import { loadServerCertificates, type ServerCertificate } from '../keys/server-certificates.ts'
import { ticketKeysAt } from '../keys/ticket-keys.ts'
import { watchServerCertificates } from '../keys/watch-server-certificates.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ThreadSettings } from './thread-protocol.ts'

export type TlsContexts = {
  readonly current: (profile?: TlsProfile) => SecureContext
  /** For a server that makes its own context. */
  readonly options: () => SecureContextOptions
  close(): void
}

/** `changed` is called after the context has been replaced. Throws when there is no usable set of certificates to begin with. */
export function openTlsContexts(
  { certificates: files, keys }: Pick<ThreadSettings, 'certificates' | 'keys'>,
  logger: Logger,
  changed: () => void = () => {},
): TlsContexts {
  const clock = systemClock
  const loaded = loadServerCertificates(files, clock.now())
  if (loaded.type === 'refused')
    throw new Error(loaded.problems.map(({ file, message }) => `${file} ${message}`).join('; '))
  let certificates: readonly ServerCertificate[] = loaded.certificates
  let ticketKeys = ticketKeysAt(keys.ticketKeySeed, clock.now())
  const createContexts = (of: readonly ServerCertificate[]) => ({
    modern: createServerSecureContext(of, ticketKeys),
    legacy: createServerSecureContext(of, ticketKeys, 'legacy'),
  })
  let contexts = createContexts(certificates)
  const replace = (next: readonly ServerCertificate[]) => {
    contexts = createContexts(next)
    certificates = next
    changed()
  }
  const nextDay = () => {
    ticketKeys = ticketKeysAt(keys.ticketKeySeed, clock.now())
    replace(certificates)
    cancel = clock.after(ticketKeys.validUntil - clock.now(), nextDay)
  }
  let cancel = clock.after(ticketKeys.validUntil - clock.now(), nextDay)
  const watch = watchServerCertificates(files, clock, (outcome) => {
    if (outcome.type === 'refused')
      return logger.error({ problems: outcome.problems }, 'new certificates refused, the old ones stay')
    try {
      replace(outcome.certificates)
      logger.info('new certificates in use')
    } catch (error) {
      logger.error({ err: error }, 'new certificates refused by TLS, the old ones stay')
    }
  })
  return {
    current: (profile = 'modern') => contexts[profile],
    options: () => secureContextOptions(certificates, ticketKeys),
    close() {
      cancel()
      watch.close()
    },
  }
}
