// Whether a provider may be contacted now. It stays away from one that keeps failing, looks again with one request at a time, and from
// one that asked to be left alone until then; so a provider in trouble costs a login nothing but the answer 454, and gets no more
// trouble from us. RFC 9110 §10.2.3, RFC 6585 §4.

import type { Clock } from '../config/clock.ts'

/** Failures in a row that close the gate. */
const FAILURES = 5
const FIRST_PAUSE = 2_000
const LONGEST_PAUSE = 30_000
/** What a throttling provider gets where it does not say how long, and the most that it is believed. */
const THROTTLE_PAUSE = 10_000
const LONGEST_THROTTLE = 300_000

export type Contact =
  | { readonly type: 'succeeded' }
  | { readonly type: 'failed' }
  /** `until` as the provider said, in milliseconds since the epoch. */
  | { readonly type: 'throttled'; readonly until: number | undefined }

export type Entrance =
  /** To be called once, whatever came of it. */
  | { readonly type: 'open'; readonly done: (contact: Contact) => void }
  | { readonly type: 'closed'; readonly detail: string }

export interface ProviderGate {
  enter(): Entrance
}

/** `fraction` gives a number from 0 to 1. */
export function createProviderGate(clock: Pick<Clock, 'now'>, fraction: () => number): ProviderGate {
  let failures = 0
  let pause = FIRST_PAUSE
  let closedUntil = 0
  let throttledUntil = 0
  let probing = false

  function record(contact: Contact): void {
    const now = clock.now()
    if (contact.type === 'throttled') {
      const until = Math.min(contact.until ?? now + THROTTLE_PAUSE, now + LONGEST_THROTTLE)
      throttledUntil = Math.max(throttledUntil, until)
    } else if (contact.type === 'succeeded') {
      failures = 0
      pause = FIRST_PAUSE
    } else {
      failures += 1
      if (failures < FAILURES || now < closedUntil) return
      closedUntil = now + pause * (0.8 + 0.4 * fraction())
      pause = Math.min(pause * 2, LONGEST_PAUSE)
    }
  }

  return {
    enter() {
      const now = clock.now()
      if (now < throttledUntil) return closed(`it asked to be left alone until ${time(throttledUntil)}`)
      if (now < closedUntil)
        return closed(`it failed ${failures} times in a row and is left alone until ${time(closedUntil)}`)
      const probe = failures >= FAILURES
      if (probe && probing) return closed(`it failed ${failures} times in a row and is being tried by another login`)
      probing ||= probe
      return {
        type: 'open',
        done(contact) {
          if (probe) probing = false
          record(contact)
        },
      }
    },
  }
}

const closed = (detail: string): Entrance => ({ type: 'closed', detail })

const time = (at: number): string => new Date(at).toISOString()

/** Milliseconds since the epoch; undefined for what is neither a number of seconds nor a date. */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\s*[0-9]{1,9}\s*$/.test(value)) return now + Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : date
}
