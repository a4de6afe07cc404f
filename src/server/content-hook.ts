// The checks of whole messages: the operator's, and our own of attachments where the configuration asks for Azure's ways; often none.

import { readFileSync } from 'node:fs'
import { systemClock } from '../config/clock.ts'
import type { Config } from '../config/schema.ts'
import { createAttachmentCheck } from '../submission/attachment-check.ts'
import type { ContentHook } from '../submission/content-hook.ts'
import { createRspamdHook } from '../submission/rspamd-hook.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'

export function openContentHook(
  config: Pick<Config, 'compatibility' | 'delivery' | 'hostname'>,
  metrics: Pick<Metrics, 'contentChecks'>,
  logger: Pick<Logger, 'warn'>,
): ContentHook | undefined {
  const own = openOperatorsHook(config, metrics, logger)
  return config.compatibility === 'azure' ? createAttachmentCheck(own) : own
}

function openOperatorsHook(
  { delivery, hostname }: Pick<Config, 'delivery' | 'hostname'>,
  metrics: Pick<Metrics, 'contentChecks'>,
  logger: Pick<Logger, 'warn'>,
): ContentHook | undefined {
  if (delivery.hook === undefined) return undefined
  const { passwordFile, ...settings } = delivery.hook
  const password = passwordFile === undefined ? {} : { password: readFileSync(passwordFile, 'utf8').trim() }
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
