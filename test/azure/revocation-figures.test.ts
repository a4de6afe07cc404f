// A right that is taken away through the management API is gone with the API's answer: the next MAIL of a session that is open already
// is refused, each way and each time. How long that takes is measured and printed by `node bench/revocation.ts`; here it is only shown
// that nothing comes in between.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startService } from '../fixtures/quickstart-service.ts'
import { prepareRevocations } from './revocations.ts'

const service = await startService({ after })
const ROUNDS = 3

for (const { name, refused, open } of await prepareRevocations(service))
  test(`${name}: the very next MAIL of the open session is refused`, async (t) => {
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
