// What must hold when everything has come to rest: each recipient ended once and as it had to, each failure was reported once, and a
// message was taken a second time only where the answer to the first was lost: with the connection, or with a process that died before
// it had stored the answer.

import assert from 'node:assert/strict'
import { readProgress } from '../../src/spool/recipient-progress.ts'
import type { Mail } from './delivery-mail.ts'
import type { Entry } from './delivery-receivers.child.ts'
import type { Row, Timeline } from './delivery-store.ts'

const recipientsOf = ({ progress, count, receivedAt }: Row) => readProgress(progress, count, receivedAt)

/** Message-ID and place of whoever needs no further attempt. */
export function endedIn(rows: readonly Row[]): ReadonlySet<string> {
  const ended = rows.flatMap((row) =>
    recipientsOf(row).flatMap(({ due }, index) => (due === undefined ? [`${row.messageId} ${index}`] : [])),
  )
  return new Set(ended)
}

/** All of them ended once. Gives how many. */
export function judgeEnds(mail: ReadonlyMap<string, Mail>, rows: readonly Row[], timelines: readonly Timeline[]) {
  const found = new Map(rows.map((row) => [row.queueId, row]))
  const outcomes = Map.groupBy(timelines, ({ queueId }) => queueId)
  const ends = { delivered: 0, failed: 0 }
  for (const { queueId, addressees } of mail.values()) {
    const row = found.get(queueId)
    assert(row, `${queueId} is gone`)
    const progress = recipientsOf(row)
    const finals = (outcomes.get(queueId) ?? []).flatMap((one) => finalOutcomes(one.outcomes))
    for (const [index, { address, end }] of addressees.entries()) {
      const what = `${queueId} ${address}`
      assert.equal(progress[index]?.due, undefined, `${what} still waits`)
      assert.equal(progress[index]?.status, end, what)
      assert.deepEqual(
        finals.filter((one) => one.index === index).map(({ status }) => status),
        [end],
        what,
      )
      ends[end] += 1
    }
  }
  return ends
}

function finalOutcomes(text: string): readonly { readonly index: number; readonly status: string }[] {
  const entries = JSON.parse(text) as readonly { readonly index?: number; readonly status?: string }[]
  return entries.flatMap(({ index = -1, status = 'deferred' }) => (status === 'deferred' ? [] : [{ index, status }]))
}

type Taken = Extract<Entry, { type: 'taken' }> & { readonly place: number }

/**
 * `snapshots`: who had ended when the process of each `died` entry was dead. `placeOf`: of a recipient in the envelope of a message.
 * Gives the number of copies by what explains them, and of messages that were taken.
 */
export function judgeCopies(
  journal: readonly Entry[],
  snapshots: readonly ReadonlySet<string>[],
  placeOf: (messageId: string, recipient: string) => number,
) {
  const taken = journal.flatMap((entry, place): Taken[] => (entry.type === 'taken' ? [{ ...entry, place }] : []))
  const deaths = journal.flatMap((entry, place) => (entry.type === 'died' ? [{ ...entry, place }] : []))
  const counts = { taken: taken.length, 'after a broken connection': 0, 'after a kill': 0 }
  const byRecipient = Map.groupBy(taken, ({ messageId, recipient }) => `${messageId} ${recipient}`)
  for (const [what, all] of byRecipient) {
    for (const [index, copy] of all.entries()) {
      const before = all[index - 1]
      if (before === undefined) continue
      const between = deaths.filter(({ place }) => place < copy.place)
      const ended = snapshots[between.length - 1]?.has(`${copy.messageId} ${placeOf(copy.messageId, copy.recipient)}`)
      assert(ended !== true, `${what} was sent again after its end was stored`)
      if (before.broken) counts['after a broken connection'] += 1
      else {
        const isOfDead = between.some(({ node, life }) => node === before.node && life === before.life)
        assert(isOfDead, `${what} was taken twice, and nobody had died`)
        counts['after a kill'] += 1
      }
    }
  }
  return { counts, recipients: new Set(byRecipient.keys()) }
}

/** Whoever failed is in one report, and nobody else. Gives the Message-IDs of reports. */
export function judgeReports(mail: ReadonlyMap<string, Mail>, journal: readonly Entry[]): ReadonlySet<string> {
  const reports = new Map(
    journal.flatMap((entry) =>
      entry.type === 'taken' && entry.report ? [[entry.messageId, entry.report] as const] : [],
    ),
  )
  const reported = [...reports.values()].flatMap(({ queueId, recipients }) =>
    recipients.map(({ address, action }) => `${queueId} ${address} ${action}`),
  )
  const failed = [...mail.values()].flatMap(({ queueId, addressees }) =>
    addressees.flatMap(({ address, end }) => (end === 'failed' ? [`${queueId} ${address} failed`] : [])),
  )
  assert.deepEqual(reported.toSorted(), failed.toSorted())
  return new Set(reports.keys())
}
