// The installation and the mail of a delivery run: put into the queue through the store's port, and what must become of each recipient.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Config } from '../../src/config/schema.ts'
import { openStore } from '../../src/server/store-start.ts'
import { createQueueIds } from '../../src/spool/queue-id.ts'
import type { NewMessage } from '../../src/spool/spool.ts'
import { type Cleanup, type Quickstart, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'

export type Addressee = { readonly address: string; readonly end: 'delivered' | 'failed' }

export type Mail = {
  readonly queueId: string
  readonly messageId: string
  readonly subject: string
  readonly addressees: readonly Addressee[]
}

export type Sending = {
  readonly config: Config
  readonly quickstart: Quickstart
  readonly count: number
  /** Of the message of that number. */
  readonly addresseesOf: (number: number) => readonly Addressee[]
  /** Of the From field. */
  readonly from: string
  /** Reports go there. */
  readonly reversePath: string
}

/** That of a quickstart, which is not running any more. */
export async function makeInstallation(context: Cleanup, variables: Readonly<Record<string, string>> = {}) {
  const { config, quickstart, arrived, stop } = await startIn(temporaryDirectory(context), variables)
  try {
    await arrived('Welcome to Postern')
  } finally {
    await stop()
  }
  return { config, quickstart }
}

/** Nobody may be running. Gives what was queued, by queue id. */
export async function enqueueMail(sending: Sending): Promise<ReadonlyMap<string, Mail>> {
  const store = await openStore(sending.config)
  try {
    const { tenantId } = sending.quickstart
    const epoch = await store.storage.read.directory.readEpoch(tenantId)
    assert(epoch !== undefined)
    const nextQueueId = createQueueIds(Date.now, randomBytes)
    const all = Array.from({ length: sending.count }, (_, number) => compose(sending, number, nextQueueId()))
    const queue = async ({ message }: Composed) => store.storage.write.spool.enqueue({ ...message, epoch })
    for (const outcome of await Promise.all(all.map(queue))) assert.deepEqual(outcome, { type: 'queued' })
    return new Map(all.map(({ mail }) => [mail.queueId, mail]))
  } finally {
    await store.close()
  }
}

type Composed = { readonly mail: Mail; readonly message: NewMessage }

function compose({ quickstart, addresseesOf, from, reversePath }: Sending, number: number, queueId: string): Composed {
  const addressees = addresseesOf(number)
  const mail = { queueId, messageId: `${queueId}@client.example.net`, subject: `number ${number}`, addressees }
  const fields = [
    `From: ${from}`,
    `To: ${addressees.map(({ address }) => address).join(', ')}`,
    `Subject: ${mail.subject}`,
    'Date: Tue, 01 Apr 2031 10:00:00 +0000',
    `Message-ID: <${mail.messageId}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
  ]
  const octets = Buffer.from(`${fields.join('\r\n')}\r\n\r\n${`This is ${mail.subject}.\r\n`.repeat(20)}`)
  const { tenantId, communicationServiceId, application } = quickstart
  const envelope = {
    queueId,
    tenantId,
    resourceId: communicationServiceId,
    principalId: application.servicePrincipalId,
    applicationId: application.applicationId,
    reversePath,
    parameters: {},
    recipients: addressees.map(({ address }) => ({ forwardPath: address, parameters: {} })),
    receivedAt: Date.now(),
    internetMessageId: mail.messageId,
    subject: mail.subject,
    fromField: from,
    client: { address: '192.0.2.1', name: 'client.example.net' },
  }
  return { mail, message: { envelope, content: { kind: 'inline', size: octets.length, octets } } }
}
