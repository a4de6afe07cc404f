// The part of the configuration that says how much may be sent where nobody has set anything else. Without it there is no limit.

import type * as z from 'zod'
import * as field from './schema-fields.ts'

/** More would be no limit, and sums of it stay exact. */
const MOST = 1_000_000_000

const windows = (what: string) =>
  field
    .section({
      minute: field.count(0, MOST, '60').optional().describe('In a minute of the clock.'),
      hour: field.count(0, MOST, '1000').optional().describe('In an hour of the clock.'),
      day: field.count(0, MOST, '10000').optional().describe('In a day, in UTC.'),
    })
    .describe(what)

const limits = (whose: string) =>
  field
    .section({
      messages: windows('Messages.'),
      recipients: windows('Recipients, of all messages together.'),
    })
    .describe(whose)

export const quotaSchema = field.section({
  application: limits('Of each application.'),
  resource: limits('Of each communication service.'),
  domain: limits('Of each sender domain of a tenant.'),
})

export type QuotaConfig = z.output<typeof quotaSchema>
