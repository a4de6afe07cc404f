// How long mail took, from counts by classes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addFact, noCounts, percentile, StepSums } from './count-facts.ts'
import { type Fact, LATENCY_BOUNDS } from './statistics.ts'

const fact = { tenantId: 't', resourceKey: '/r', applicationId: 'a', at: 0 }
const took = (...times: readonly number[]) => {
  const counts = noCounts()
  for (const latency of times) addFact(counts, { ...fact, kind: 'outcome', status: 'delivered', latency })
  return counts.latency
}

test('a percentile lies in the class of whoever is there', () => {
  assert.equal(percentile(took(), 0.5), undefined)
  assert.equal(percentile(took(50), 0.5), 50)
  assert.equal(percentile(took(100, 100, 100, 4000), 0.5), 67)
  assert.equal(percentile(took(100, 100, 100, 4000), 0.95), 4500)
  assert.equal(percentile(took(1e12), 0.95), LATENCY_BOUNDS.at(-1))
})

test('a fact counts for its tenant, its resource and its application, where it has them', () => {
  const subjects = (one: Partial<Fact>) => {
    const counting = new StepSums(0)
    counting.add({ ...fact, kind: 'refusal', reason: 'x', attempts: 2, ...one } as Fact)
    return counting.sums.map(({ subject }) => subject)
  }
  assert.deepEqual(subjects({}), [{}, { resourceId: '/r' }, { applicationId: 'a', resourceId: '/r' }])
  assert.deepEqual(subjects({ resourceKey: '', applicationId: '' }), [{}])
})
