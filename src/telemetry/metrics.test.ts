import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics, mergeMetrics } from './metrics.ts'

test('snapshots of several threads add up', async () => {
  const [edge, otherEdge, dispatch] = [createMetrics(), createMetrics(), createMetrics()]
  edge.sessions.inc({ listener: 'submission' })
  otherEdge.sessions.inc({ listener: 'submission' }, 2)
  otherEdge.authentications.inc({ outcome: 'rejected', reason: 'wrong-secret' })
  otherEdge.refusals.inc({ code: '550', enhanced_status_code: '5.7.1' })
  edge.messagesAccepted.inc()
  dispatch.dispatchOutcomes.inc({ transport: 'capture', status: 'delivered' }, 3)
  const snapshots = await Promise.all([edge, otherEdge, dispatch].map((metrics) => metrics.snapshot()))
  const lines = (await mergeMetrics(structuredClone(snapshots))).split('\n').filter((line) => /^[^#]/.test(line))
  assert.deepEqual(lines.sort(), [
    'postern_authentications_total{outcome="rejected",reason="wrong-secret"} 1',
    'postern_decisions_shed_total 0',
    'postern_dispatch_outcomes_total{transport="capture",status="delivered"} 3',
    'postern_messages_accepted_total 1',
    'postern_refusals_total{code="550",enhanced_status_code="5.7.1"} 1',
    'postern_sessions_total{listener="submission"} 3',
  ])
})

test('two registries in one process keep apart', async () => {
  createMetrics().messagesAccepted.inc()
  assert.match(await mergeMetrics([await createMetrics().snapshot()]), /^postern_messages_accepted_total 0$/m)
})
