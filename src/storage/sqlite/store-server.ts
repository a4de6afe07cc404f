// The store thread's end of a connection: takes calls from one port, has them committed in groups together with those of all other
// ports, and answers in batches after the commit. It trusts the other end: both are this program.

import type { MessagePort } from 'node:worker_threads'
import type { Writers } from '../storage.ts'
import type { CallOutcome, GroupCommit } from './group-commit.ts'
import { perform, type StoreAnswer, type StoreRequest } from './store-protocol.ts'
import type { Synchronous } from './synchronous.ts'

/** Serves until the port closes. `writers` work on the connection that `groupCommit` commits. */
export function serveStore(port: MessagePort, writers: Synchronous<Writers>, groupCommit: GroupCommit): void {
  let answers: StoreAnswer[] = []
  const post = () => {
    const batch = answers
    answers = []
    port.postMessage(batch)
  }
  const answer = (id: number, outcome: CallOutcome) => {
    // A group settles in one go, so the microtask comes after its last answer.
    if (answers.length === 0) queueMicrotask(post)
    answers.push(outcome.type === 'done' ? [id, outcome.value] : [id, outcome.error.code, outcome.error.message])
  }
  port.on('message', (requests: readonly StoreRequest[]) => {
    for (const [id, calls] of requests)
      groupCommit.submit(
        () => perform(writers, calls),
        (outcome) => answer(id, outcome),
      )
  })
}
