// The checks of whole messages: the operator's, and our own of attachments where the configuration asks for Azure's ways; often none, and
// what none needs is not loaded: every thread that takes mail would hold it.

import { readFileSync } from 'node:fs'
import { systemClock } from '../config/clock.ts'
import type { Config } from '../config/schema.ts'
import type { ContentHook } from '../submission/content-hook.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'

export async function openContentHook(
  config: Pick<Config, 'compatibility' | 'delivery' | 'hostname'>,
  metrics: Pick<Metrics, 'contentChecks'>,
  logger: Pick<Logger, 'warn'>,
): Promise<ContentHook | undefined> {
  const own = await openOperatorsHook(config, metrics, logger)
  if (config.compatibility !== 'azure') return own
  const { createAttachmentCheck } = await import('../submission/attachment-check.ts')
  return createAttachmentCheck(own)
}

async function openOperatorsHook(
  { delivery, hostname }: Pick<Config, 'delivery' | 'hostname'>,
  metrics: Pick<Metrics, 'contentChecks'>,
  logger: Pick<Logger, 'warn'>,
): Promise<ContentHook | undefined> {
  if (delivery.hook === undefined) return undefined
  const { passwordFile, ...settings } = delivery.hook
  const password = passwordFile === undefined ? {} : { password: readFileSync(passwordFile, 'utf8').trim() }
  const { createRspamdHook } = await import('../submission/rspamd-hook.ts')
  let isOut = false
  return createRspamdHook(
    { ...settings, ...password, hostname },
    {
      clock: systemClock,
      onFinding({ type, detail }) {
        metrics.contentChecks.inc({ finding: type })
        // Once for an outage, not once for a message.
        if (type === 'unavailable' && !isOut) logger.warn({ detail }, 'the content check gives no answer')
        isOut = type === 'unavailable'
      },
    },
  )
}
