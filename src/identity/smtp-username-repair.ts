// What somebody probably meant who wrote a three-part SMTP username wrongly: another separator, both kinds of separator, the parts in
// another order, white space around it. Pure, bounded, and for texts with two GUIDs in them only: such a text is no secret.

import { canonicalGuid } from '../resources/guid.ts'
import { formatSmtpUsername, parseSmtpUsername } from './smtp-username.ts'

const LENGTH_LIMIT = 256
const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi
const SEPARATORS = /^[\s.|:;,/\\@+"'<>()[\]-]+|[\s.|:;,/\\@+"'<>()[\]-]+$/g

/** With dots, the GUIDs in the order they had; undefined where nothing fits, and for what needs no repair. */
export function repairSmtpUsername(text: string): string | undefined {
  if (text.length > LENGTH_LIMIT || parseSmtpUsername(text) !== undefined) return undefined
  const [application, tenant, ...more] = text.match(GUID) ?? []
  const applicationId = canonicalGuid(application ?? '')
  const tenantId = canonicalGuid(tenant ?? '')
  if (applicationId === undefined || tenantId === undefined || more.length > 0) return undefined
  const rest = text
    .split(GUID)
    .map((part) => part.replace(SEPARATORS, ''))
    .filter((part) => part !== '')
  const [resourceName = ''] = rest
  const repaired = formatSmtpUsername({ resourceName, applicationId, tenantId }, '.')
  return rest.length === 1 && parseSmtpUsername(repaired) !== undefined ? repaired : undefined
}

/** Why a text is not of the form, for whoever wrote it; undefined when it is. */
export function explainSmtpUsername(text: string): string | undefined {
  if (parseSmtpUsername(text) !== undefined) return undefined
  if (text.trim() !== text) return 'there is white space around it'
  if (text.length > LENGTH_LIMIT) return 'it is far too long'
  const ids = text.match(GUID) ?? []
  if (ids.length === 0)
    return 'it holds neither an application id nor a tenant id, so it can only be a stored SMTP username'
  if (ids.length === 1)
    return `only one of its parts is an id: ${ids[0]}; the application id and the tenant id are both needed`
  if (ids.length > 2) return 'it holds more than two ids'
  const between = text.replaceAll(GUID, '')
  if (between.includes('|') && between.includes('.'))
    return 'the separators are mixed: write . or | between all three parts'
  if (!/[|.]/.test(between)) return 'the parts are separated by . or by |'
  return text.search(GUID) === 0
    ? 'the name of the communication service comes first'
    : 'the name before the ids is not that of a communication service'
}
