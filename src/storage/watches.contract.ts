// The contract of turns at what one node does for all: every engine passes it.

import assert from 'node:assert/strict'
import { type MailStore, mailTests } from './mail-store.fixture.ts'
import { AT } from './two-tenants.fixture.ts'

const NAME = 'domains'
const HOUR = 3_600_000

/** `open` gives an empty store. */
export function describeWatches(name: string, open: () => Promise<MailStore>): void {
  const watchTest = mailTests(`${name} watches`, open)
  const take = ({ write }: MailStore, holder: string, at = AT, watch = NAME) =>
    write.watches.takeTurn({ name: watch, holder, at, until: at + HOUR })

  watchTest('one of all who try has the turn, from the beginning', async (store) => {
    const turns = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => take(store, holder)))
    assert.deepEqual(
      turns.filter((turn) => turn !== undefined).map((turn) => ({ ...turn })),
      [{ position: '' }],
    )
    assert.notEqual(await take(store, 'a', AT, 'another watch'), undefined)
  })

  watchTest('a turn that ended is due later, and goes on where the last one stopped', async (store) => {
    const { watches } = store.write
    await take(store, 'a')
    await watches.endTurn({ name: NAME, holder: 'a', dueAt: AT + HOUR, position: 'ä 7' })
    assert.equal(await take(store, 'a', AT + HOUR - 1), undefined)
    assert.equal((await take(store, 'b', AT + HOUR))?.position, 'ä 7')
  })

  watchTest('a turn that lapsed is taken over, and whoever had it is told', async (store) => {
    const { watches } = store.write
    await take(store, 'a')
    assert.equal(await watches.keepTurn({ name: NAME, holder: 'a', until: AT + 2 * HOUR, position: 'x' }), true)
    assert.equal(await take(store, 'b', AT + 2 * HOUR - 1), undefined)
    assert.equal((await take(store, 'b', AT + 2 * HOUR))?.position, 'x')
    assert.equal(await watches.keepTurn({ name: NAME, holder: 'a', until: AT + 9 * HOUR, position: 'y' }), false)
    await watches.endTurn({ name: NAME, holder: 'a', dueAt: AT + 9 * HOUR, position: 'y' })
    assert.equal((await take(store, 'c', AT + 3 * HOUR))?.position, 'x')
  })
}
