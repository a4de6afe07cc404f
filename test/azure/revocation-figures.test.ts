// A right that is taken away through the management API is gone with the API's answer: the next MAIL of a session that is open already
// is refused, each way and each time, also where the session is open on another node than the one that answered. How long that takes
// is measured and printed by `node bench/revocation.ts`; here it is only shown that nothing comes in between.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sharedPostgres } from '../fixtures/postgres-server.ts'
import { startIn, startService, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { prepareRevocations, type Revocation } from './revocations.ts'

const ROUNDS = 3

async function onTwoNodes(): Promise<readonly Revocation[]> {
  const POSTERN_STORE = await (await sharedPostgres()).createDatabase()
  const start = async () => {
    const node = await startIn(temporaryDirectory({ after }), { POSTERN_STORE })
    after(() => node.stop())
    return node
  }
  const [edge, api] = [await start(), await start()]
  return prepareRevocations(api, edge)
}

const places = [
  { where: 'one node', revocations: await prepareRevocations(await startService({ after })) },
  { where: 'two nodes', revocations: await onTwoNodes() },
]

for (const { where, revocations } of places)
  for (const { name, refused, open } of revocations)
    test(`${where}, ${name}: the very next MAIL of the open session is refused`, async (t) => {
      const waits: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const { dialogue, from, revoke } = await open()
        await revoke()
        const answeredAt = performance.now()
        assert.match(await dialogue.command(`MAIL FROM:<${from}>`), refused)
        waits.push(performance.now() - answeredAt)
        dialogue.destroy()
      }
      t.diagnostic(`from the API's answer to the refusal: ${waits.map((wait) => wait.toFixed(1)).join(', ')} ms`)
    })
