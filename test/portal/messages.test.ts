// From a complaint to its answer: a message is found by whom it was for, or by what the device was told, and its timeline says what became
// of it; a refused login is found by its reference, with the reason and what helps.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startPortalRig } from './portal-rig.ts'
import { queueIdOf, quickstartLogin, sendMail } from './sending.ts'

const WORDS = {
  en: {
    messages: 'Messages',
    recipient: 'Recipient',
    find: 'Queue id, Message-ID or reference',
    open: 'Open',
    timeline: 'Timeline',
    delivered: 'Delivered',
    accepted: 'Accepted into the queue',
    refused: 'This reference is that of a refusal',
    why: 'Why it was refused, and what to do',
    nothing: 'Nothing was found.',
  },
  de: {
    messages: 'Nachrichten',
    recipient: 'Empfänger',
    find: 'Warteschlangen-ID, Message-ID oder Referenz',
    open: 'Öffnen',
    timeline: 'Zeitachse',
    delivered: 'Zugestellt',
    accepted: 'In die Warteschlange aufgenommen',
    refused: 'Diese Referenz gehört zu einer Ablehnung',
    why: 'Warum abgelehnt wurde und was zu tun ist',
    nothing: 'Nichts gefunden.',
  },
} as const

const rig = await startPortalRig({ after })
const { service } = rig

for (const language of ['en', 'de'] as const) {
  const words = WORDS[language]

  test(`a message is found by its recipient, and its timeline says what became of it, ${language}`, async (context) => {
    const recipient = `invoice-${language}@recipient.example.test`
    const subject = `Invoice 4711 ${language}`
    const reply = await sendMail(service, quickstartLogin(service), `Subject: ${subject}\n\nHello`, recipient)
    await service.arrived(subject)
    const { page, signIn } = await rig.visit(context, { language })
    await signIn('messages')
    const filter = page.getByRole('textbox', { name: words.recipient })
    await filter.fill('nobody@recipient.example.test')
    await filter.press('Enter')
    await page.getByText(words.nothing).waitFor()
    await filter.fill(recipient)
    await filter.press('Enter')
    await page.getByRole('link', { name: subject }).click()
    await page.getByRole('heading', { name: subject, level: 1 }).waitFor()
    assert.ok(page.url().endsWith(`/messages/${queueIdOf(reply)}`), page.url())
    await page.getByRole('heading', { name: words.timeline }).waitFor()
    for (const step of [words.accepted, words.delivered]) await page.getByText(step).first().waitFor()
  })

  test(`what the device was told leads to the answer, ${language}`, async (context) => {
    const reply = await sendMail(service, quickstartLogin(service), `Subject: told ${language}\n\nHello`)
    const refusal = await sendMail(service, { ...quickstartLogin(service), password: 'obviously-wrong' }, '')
    const reference = /\[(\w{10})\]/.exec(refusal)?.[1] ?? assert.fail(refusal)
    const { page, signIn } = await rig.visit(context, { language })
    await signIn('messages')
    const find = async (text: string) => {
      await page.getByRole('link', { name: words.messages, exact: true }).first().click()
      await page.getByRole('textbox', { name: words.find }).fill(text)
      await page.getByRole('button', { name: words.open }).click()
    }
    await find(queueIdOf(reply))
    await page.getByRole('heading', { name: `told ${language}`, level: 1 }).waitFor()
    await find(reference)
    await page.getByText(words.refused).first().waitFor()
    await page.getByRole('link', { name: words.why }).click()
    await page.getByRole('heading', { level: 1, name: new RegExp(reference) }).waitFor()
    await page.getByText('535 5.7.8').first().waitFor()
  })
}
