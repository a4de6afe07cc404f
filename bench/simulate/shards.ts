// Tenants on shards: how full the fullest shard is, and what the failure of one costs. Tenants differ in size as cities do (Zipf), so the
// question is not the mean. A tenant lies on the less full of two shards that its id names, as a directory of tenants allows.

import { createRandom } from './random.ts'

export type ShardFigures = {
  /** Load of the fullest shard, as a multiple of the mean: where tenants are placed by their id alone, and with two choices. */
  readonly fullestByHash: number
  readonly fullestOfTwo: number
  /** What the largest tenant alone asks for, as a multiple of the mean. */
  readonly largestTenant: number
}

export function simulateShards(tenants: number, shards: number, skew: number, seed: number): ShardFigures {
  const random = createRandom(seed)
  const sizes = Array.from({ length: tenants }, (_, rank) => 1 / (rank + 1) ** skew)
  const mean = sizes.reduce((sum, size) => sum + size, 0) / shards
  const byHash = Array.from({ length: shards }, () => 0)
  const ofTwo = Array.from({ length: shards }, () => 0)
  const pick = () => Math.floor(random.next() * shards)
  for (const size of sizes) {
    const [one, other] = [pick(), pick()]
    byHash[one] = (byHash[one] ?? 0) + size
    const better = (ofTwo[one] ?? 0) <= (ofTwo[other] ?? 0) ? one : other
    ofTwo[better] = (ofTwo[better] ?? 0) + size
  }
  return {
    fullestByHash: Math.max(...byHash) / mean,
    fullestOfTwo: Math.max(...ofTwo) / mean,
    largestTenant: (sizes[0] ?? 0) / mean,
  }
}

export type OutageFigures = {
  /** Of all submissions while the shard is away. */
  readonly refusedShare: number
  /** Seconds after its return until what clients kept has been taken in. */
  readonly catchUp: number
}

/**
 * One of `shards` is away for `outage` seconds, the clients of its tenants come back about every `retry` seconds, and a shard can take
 * `headroom` times its usual load.
 */
export function simulateOutage(shards: number, outage: number, retry: number, headroom: number): OutageFigures {
  let kept = 0
  let catchUp = 0
  for (let second = 0; second < outage; second += 1) kept += 1
  for (let second = 0; kept > 0.01 && second < 86_400; second += 1) {
    const returning = Math.min(kept, kept / retry)
    const taken = Math.min(returning, headroom - 1)
    kept -= taken
    catchUp = second + 1
  }
  return { refusedShare: 1 / shards, catchUp }
}
