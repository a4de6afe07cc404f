// Before something is taken away that devices sign in with, the portal says how many did so in the last 24 hours.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { eventually } from '../fixtures/eventually.ts'
import { startPortalRig, type Visit } from './portal-rig.ts'
import { quickstartLogin, sendMail } from './sending.ts'

const rig = await startPortalRig({ after })
const { service } = rig
const { quickstart } = service
const { applicationId, secretId } = quickstart.application

/** As three devices of one address, of which one has the short name; how many are known now. */
async function sendAsThree(): Promise<void> {
  const { password } = quickstartLogin(service)
  for (const username of Object.values(quickstart.usernames))
    assert.match(await sendMail(service, { username, password }, 'Subject: scan\n\nhello'), /^250/)
  const path = `/providers/Postern.Mail/credentialDevices?applicationId=${applicationId}&keyId=${secretId}`
  await eventually(async () => {
    const { value } = (await service.api('GET', path)).json as { readonly value: readonly object[] }
    return value.length === 3 ? true : undefined
  }, 'the devices that were told of')
}
await sendAsThree()

const three = /3 devices signed in with it in the last 24 hours:.*127\.0\.0\.1 as quickstart, /

async function dialogSays({ page }: Visit, words: RegExp): Promise<void> {
  const dialog = page.getByRole('alertdialog')
  await dialog.getByText(/signed in with it in the last 24 hours:/).waitFor()
  assert.match((await dialog.innerText()).replaceAll(/\s+/g, ' '), words)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
}

test('the secret, the application, its sign-in, its role and its short name', async (context) => {
  const visit = await rig.visit(context)
  const { page } = visit
  await visit.signIn(`applications/${applicationId}/credentials`)
  await page
    .getByRole('button', { name: /^Delete: / })
    .first()
    .click()
  await dialogSays(visit, three)
  await visit.goTo(`/applications/${applicationId}`)
  for (const name of ['Disable', 'Delete']) {
    await page.getByRole('button', { name, exact: true }).click()
    await dialogSays(visit, three)
  }
  await visit.goTo(`/resource${quickstart.communicationServiceId}/~/iam?tab=assignments`)
  await page.getByRole('button', { name: 'Remove: Quickstart sender' }).click()
  await dialogSays(visit, three)
  await visit.goTo(`/resource${quickstart.communicationServiceId}/~/smtp-usernames`)
  await page.getByRole('button', { name: 'Delete quickstart' }).click()
  await dialogSays(visit, /1 device signed in with it in the last 24 hours: 127\.0\.0\.1 as quickstart, /)
})

test('in German', async (context) => {
  const visit = await rig.visit(context, { language: 'de' })
  await visit.signIn(`applications/${applicationId}/credentials`)
  await visit.page
    .getByRole('button', { name: /^Löschen: / })
    .first()
    .click()
  await visit.page.getByText('In den letzten 24 Stunden haben sich 3 Geräte damit angemeldet:').waitFor()
})
