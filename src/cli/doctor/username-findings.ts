// Whether a user name has the form that logins have, and which part of it is wrong. What it names is the server's to say.

import { parseSmtpUsername } from '../../identity/smtp-username.ts'
import { explainSmtpUsername, repairSmtpUsername } from '../../identity/smtp-username-repair.ts'
import { fail, type Finding, note, pass } from './findings.ts'

const STEP = 'user name'

/** Some devices cut longer ones off without a word (peers §2C). */
const LONG = 64

export function usernameFindings(username: string): readonly Finding[] {
  const parts = parseSmtpUsername(username)
  if (parts !== undefined) {
    const shown = `resource ${parts.resourceName}, application ${parts.applicationId}, tenant ${parts.tenantId}`
    return [pass(STEP, shown), ...(username.length > LONG ? [long(username)] : [])]
  }
  const why = explainSmtpUsername(username) ?? ''
  const repaired = repairSmtpUsername(username)
  if (repaired !== undefined)
    return [
      fail(STEP, why, {
        text: 'The user name is spelt wrongly. Enter it as below.',
        setting: { name: 'username', value: repaired },
      }),
    ]
  return [note(STEP, why)]
}

const long = ({ length }: string): Finding =>
  note(
    'user name length',
    `${length} characters; for devices that cut it off: postern communication smtp-username create`,
  )
