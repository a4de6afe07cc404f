// Counts what TLS came to with each policy domain, by the day, for reports to its owner (RFC 8460). Counting costs a message nothing: the
// store is told once in a while. What a node that dies had not told yet is lost, as is what comes in more kinds than are held.

import type { Clock } from '../config/clock.ts'
import type { TlsPolicyType, TlsResult, TransportPolicyWriter } from '../storage/transport-policies.ts'
import { StoreError } from '../storage/store-error.ts'

export type TlsSession = {
  readonly policyDomain: string
  readonly policyType: TlsPolicyType
  readonly policy: string
  /** `success`, or a result type of RFC 8460 §4.3. */
  readonly result: string
  readonly host: string
  readonly address: string
}

export interface TlsResults {
  count(session: TlsSession): void
  /** Tells the store what is left. */
  close(): Promise<void>
}

const INTERVAL = 60_000
const KINDS = 10_000
/** Rows of one write. */
const BATCH = 500

export function createTlsResults(writer: Pick<TransportPolicyWriter, 'addTlsResults'>, clock: Clock): TlsResults {
  let counted = new Map<string, TlsResult>()
  let cancel: (() => void) | undefined
  let writing = Promise.resolve()

  async function tell(results: readonly TlsResult[]): Promise<void> {
    for (let done = 0; done < results.length; done += BATCH)
      try {
        await writer.addTlsResults(results.slice(done, done + BATCH))
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        // Reports say less then; mail is what matters.
        return
      }
  }

  function flush(): Promise<void> {
    cancel?.()
    cancel = undefined
    const results = [...counted.values()]
    counted = new Map()
    writing = writing.then(() => tell(results))
    return writing
  }

  return {
    count(session) {
      const result = { ...anonymous(session), day: dayOf(clock.now()), sessions: 1 }
      const { day, policyDomain, policyType, host, address } = result
      const kind = [day, policyDomain, policyType, result.result, host, address].join(' ')
      const before = counted.get(kind)
      if (before === undefined && counted.size >= KINDS) return
      counted.set(kind, { ...result, sessions: (before?.sessions ?? 0) + 1 })
      cancel ??= clock.after(INTERVAL, () => void flush())
    },
    close: flush,
  }
}

/** Which of the hosts a success was with is nobody's question. */
const anonymous = (session: TlsSession): TlsSession =>
  session.result === 'success' ? { ...session, host: '', address: '' } : session

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
