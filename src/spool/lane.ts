// The queue that a message stands in, as one number: the application in its upper half, the destination in its lower. Numbers keep the
// index over all queues a fifth of the size that names would give it, so that with a million messages waiting an enqueue still finds
// its page in memory. Two applications of one number share a turn, which harms neither. The numbers are stored: how they are made
// must never change.

import type { SpooledEnvelope } from './spool.ts'

/** Bits of either half; both together are exact in a JavaScript number. */
export const HALF = 26
/** Lanes of one application are a range of this length. */
const LANES = 2 ** HALF
/** Greater than every lane. */
export const LANE_END = LANES * LANES

/** Half a lane, by FNV-1a. */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  return state >>> (32 - HALF)
}

/** Tenants may each have an application of the same id. */
export function laneOf(envelope: Pick<SpooledEnvelope, 'tenantId' | 'applicationId' | 'recipients'>): number {
  return hash(`${envelope.tenantId}/${envelope.applicationId}`) * LANES + hash(destinationOf(envelope))
}

/** Where the message goes first: the domain in lower case. */
function destinationOf({ recipients }: Pick<SpooledEnvelope, 'recipients'>): string {
  const path = recipients[0]?.forwardPath ?? ''
  return path.slice(path.lastIndexOf('@') + 1).toLowerCase()
}

export const applicationOf = (lane: number): number => Math.floor(lane / LANES)

/** The first lane of an application. */
export const firstLane = (application: number): number => application * LANES
