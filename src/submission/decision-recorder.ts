// Keeps decision traces without letting an attack turn them into work: while one write runs, the next gathers; equal attempts that
// gather together share one trace; beyond a bound they are shed and counted. A reply waits for its trace, never the other way round.

import type { DecisionFacts, DecisionWriter, StoredDecision } from '../storage/storage.ts'
import type { DecisionTrace } from './decision-trace.ts'
import { newReference } from './reference.ts'

/** Distinct traces that may gather during one write, and references that may share one of them. */
const GATHER_LIMIT = 500
const SHARE_LIMIT = 200
/** Traces a minute of attempts that named no tenant: what strangers can make up must not push out what operators look for. */
const STRANGERS_LIMIT = 1000
const MINUTE = 60_000

export interface DecisionRecorder {
  /** Stores a trace and gives its reference. Never rejects: a trace that cannot be kept is shed, its reference still given. */
  record(trace: DecisionTrace): Promise<string>
  /** The same where the reference is needed at once: it is shown to nobody before `kept` resolves. */
  begin(trace: DecisionTrace): BegunRecord
}

export type BegunRecord = { readonly reference: string; readonly kept: Promise<void> }

type Gathered = { readonly trace: DecisionTrace; readonly references: string[] }

/** Attempts that differ in nothing an operator would act on. */
function coalescingKey(trace: DecisionTrace): string {
  const { stage, reason, listener, username, client, reply, queueId } = trace
  return [stage, reason, listener, username, client.address, reply, queueId].join('\n')
}

function toStored({ trace, references }: Gathered): StoredDecision & DecisionFacts {
  const { tenantId, at, stage, reason, applicationId, resourceId } = trace
  const facts = { stage, reason, ...(applicationId && { applicationId }), ...(resourceId && { resourceId }) }
  return { references, tenantId, at, trace: JSON.stringify(trace), ...facts }
}

export function createDecisionRecorder(
  writer: Pick<DecisionWriter, 'recordDecisions'>,
  random: (count: number) => Uint8Array,
  onShed: (count: number) => void,
): DecisionRecorder {
  let gathering = new Map<string, Gathered>()
  let gatheredWritten = Promise.resolve()
  let running = Promise.resolve()
  const strangers = { minute: 0, count: 0 }

  function isOneStrangerTooMany({ tenantId, at }: DecisionTrace): boolean {
    if (tenantId !== undefined) return false
    const minute = Math.floor(at / MINUTE)
    if (minute !== strangers.minute) Object.assign(strangers, { minute, count: 0 })
    strangers.count += 1
    return strangers.count > STRANGERS_LIMIT
  }

  async function write(batch: Map<string, Gathered>): Promise<void> {
    try {
      await writer.recordDecisions([...batch.values()].map(toStored))
    } catch {
      onShed(batch.size)
    }
  }

  function scheduleWrite(): Promise<void> {
    const written = running.then(() => {
      const batch = gathering
      gathering = new Map()
      return write(batch)
    })
    running = written
    return written
  }

  function begin(trace: DecisionTrace): BegunRecord {
    const reference = newReference(random)
    const key = coalescingKey(trace)
    const shared = gathering.get(key)
    if (shared !== undefined && shared.references.length < SHARE_LIMIT) {
      shared.references.push(reference)
    } else if (shared !== undefined || gathering.size >= GATHER_LIMIT || isOneStrangerTooMany(trace)) {
      onShed(1)
      return { reference, kept: Promise.resolve() }
    } else {
      if (gathering.size === 0) gatheredWritten = scheduleWrite()
      gathering.set(key, { trace, references: [reference] })
    }
    return { reference, kept: gatheredWritten }
  }

  return {
    begin,
    async record(trace) {
      const { reference, kept } = begin(trace)
      await kept
      return reference
    },
  }
}
