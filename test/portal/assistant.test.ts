// The first-run assistant: from nothing to a device that sends, without leaving the page, and the device that was set up really sends.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startPortalRig } from './portal-rig.ts'
import { RECIPIENT, sendMail } from './sending.ts'

const WORDS = {
  en: {
    name: 'Name of the device',
    register: 'Register a new application',
    makeSecret: 'New client secret',
    password: 'Password',
    roleName: 'Name of the role',
    freshRole: 'New custom role, cloned from Reader',
    assign: 'Create role and add role assignment',
    assigned: 'A role allows the application to send through this Communication Service.',
    shortName: 'SMTP username',
    createName: 'Create SMTP username',
    userName: 'User name',
    to: 'To',
    send: 'Send test mail',
    ready: 'The device is ready: what you entered works.',
    subject: 'Test message',
    timeline: 'What became of the message',
  },
  de: {
    name: 'Name des Geräts',
    register: 'Neue Anwendung registrieren',
    makeSecret: 'Neuer geheimer Clientschlüssel',
    password: 'Kennwort',
    roleName: 'Name der Rolle',
    freshRole: 'Neue benutzerdefinierte Rolle, geklont von Leser',
    assign: 'Rolle erstellen und Rollenzuweisung hinzufügen',
    assigned: 'Eine Rolle erlaubt der Anwendung, über diesen Communication Service zu senden.',
    shortName: 'SMTP-Benutzername',
    createName: 'SMTP-Benutzernamen erstellen',
    userName: 'Benutzername',
    to: 'An',
    send: 'Testnachricht senden',
    ready: 'Das Gerät ist bereit: Was Sie eingegeben haben, funktioniert.',
    subject: 'Testnachricht',
    timeline: 'Was aus der Nachricht wurde',
  },
} as const

const rig = await startPortalRig({ after })
const { service } = rig

for (const language of ['en', 'de'] as const)
  test(`sets up a device in one page, ${language}`, async (context) => {
    const words = WORDS[language]
    const { page, signIn } = await rig.visit(context, { language })
    const field = (name: string) => page.getByRole('textbox', { name, exact: true })
    await signIn('start')
    await field(words.name).fill(`Copier ${language}`)
    await page.getByRole('button', { name: words.register }).click()
    await page.getByRole('button', { name: words.makeSecret }).click()
    const password = await field(words.password).first().inputValue()
    await page.getByRole('radio', { name: words.freshRole }).check()
    await field(words.roleName).fill(`Role ${language}`)
    await page.getByRole('button', { name: words.assign }).click()
    await page.getByText(words.assigned).waitFor()
    await field(words.shortName).fill(`copier-${language}`)
    await page.getByRole('button', { name: words.createName }).click()
    await field(words.to).fill(RECIPIENT)
    await page.getByRole('button', { name: words.send }).click()
    await page.getByText(words.ready).waitFor()
    await service.arrived(words.subject)
    const username = await field(words.userName).inputValue()
    assert.equal(username, `copier-${language}`)
    assert.match(await sendMail(service, { username, password }, 'Subject: from the copier\n\nHello'), /^250 /)
    await page.getByRole('link', { name: words.timeline }).click()
    await page.getByRole('heading', { name: words.subject, level: 1 }).waitFor()
  })
