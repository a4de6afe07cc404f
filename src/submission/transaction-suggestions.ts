// What to do about a sender, a message or an outage, first thing first; like `suggestions.ts` it looks nothing up.

import type { OverQuota } from '../quota/quota.ts'
import { posternCommand } from './copyable-command.ts'
import type { Suggestion } from './decision-trace.ts'
import type { Verdict } from './verdict.ts'

type Login = Pick<Verdict, 'service' | 'username'>

const settings = ({ service }: Login): string => posternCommand(['communication', 'settings'], { '--name': service.id })

/** `text` says what is wrong with the sender; which senders there are, the settings show. */
export const suggestForSender = (text: string, login: Login): readonly Suggestion[] => [
  { text, command: settings(login) },
]

export function suggestForContent(hostname: string, sender: string, { username }: Login): readonly Suggestion[] {
  const command = posternCommand(['send'], { '--host': hostname, '--username': username, '--from': sender })
  return [{ text: 'The sending program composed the message wrongly. One that is right passes:', command }]
}

export const suggestForOutage: readonly Suggestion[] = [
  {
    text: 'The service could not store the message; the client sends it again later. Look at the store.',
    command: posternCommand(['db', 'status']),
  },
]

const QUOTA_OPTIONS = { application: '--application', resource: '--comm-service-name', domain: '--domain' } as const

export const suggestForQuota = ({ limit: { subject } }: OverQuota): readonly Suggestion[] => [
  {
    text: 'The client sends it again later. A larger quota counts with the next message:',
    command: posternCommand(['quota', 'show'], { [QUOTA_OPTIONS[subject.kind]]: subject.key }),
  },
]

export const suggestForCheckedContent: readonly Suggestion[] = [
  {
    text: 'The check that `delivery.hook` names found something in the message. Its own log has the reasons under the queue id.',
  },
]

export const suggestForMissingCheck: readonly Suggestion[] = [
  {
    text: 'The check that `delivery.hook` names gives no answer; the client sends the message again later. Look at that program, or let mail pass without it: `onFailure: accept`.',
  },
]
