// Both articles, step by step in both languages, until a device sends; and *Remove* in access control, after which it does not. The older
// article asks for two permissions, the newer one for three, and a service is configured for the one or the other.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { eventually } from '../fixtures/eventually.ts'
import { assignRole, createCustomRole, openAccessControl, registerApplication, removeRole } from './article-walk.ts'
import { ARTICLE } from './article-words.ts'
import { type PortalRig, startPortalRig } from './portal-rig.ts'
import { sendMail } from './sending.ts'

const REFUSED = /^535 5\.7\.8 /
const READ = 'Microsoft.Communication/CommunicationServices/read'
const WRITE = 'Microsoft.Communication/CommunicationServices/write'
const EMAIL_WRITE = 'Microsoft.Communication/EmailServices/write'

const articles = [
  { name: 'the newer article', permissions: [READ, WRITE, EMAIL_WRITE] },
  { name: 'the older article', permissions: [READ, EMAIL_WRITE] },
] as const

for (const { name, permissions } of articles) {
  const rig = await startPortalRig(
    { after },
    { adjust: (config) => ({ ...config, access: { ...config.access, requiredActions: [...permissions] } }) },
  )
  const { communicationService, tenantId } = rig.service.quickstart
  for (const language of ['en', 'de'] as const)
    test(`${name}, ${language}`, async (context) => {
      const words = ARTICLE[language]
      const { page, signIn } = await rig.visit(context, { language })
      await signIn()
      const walker = { page, words }
      const [application, role] = [`Copier ${language}`, `SMTP role ${language}`]
      const { applicationId, clientSecret } = await registerApplication(walker, application)
      const usernames = ['.', '|'].map((mark) => [communicationService, applicationId, tenantId].join(mark))
      const send = (username: string | undefined, subject: string) =>
        sendMail(rig.service, { username: username ?? '', password: clientSecret }, `Subject: ${subject}\n\nHello`)
      assert.match(await send(usernames[0], 'too early'), REFUSED)
      await openAccessControl(walker, communicationService)
      await createCustomRole(walker, role, permissions)
      await assignRole(walker, role, application)
      for (const username of usernames) {
        const subject = `${name} ${language} ${username}`
        assert.match(await send(username, subject), /^250 2\.0\.0 /)
        await rig.service.arrived(subject)
      }
      await eventually(() => isUseKnown(rig, applicationId), 'the record of the last use')
      await removeRole(walker, application)
      assert.match(await send(usernames[0], 'too late'), REFUSED)
    })
}

/** It is written a moment after the use. */
async function isUseKnown({ service }: PortalRig, applicationId: string): Promise<true | undefined> {
  const { json } = await service.api('GET', `/providers/Postern.Mail/credentials?applicationId=${applicationId}`)
  const { value } = json as { readonly value: readonly { readonly lastUse: object | null }[] }
  return value.some(({ lastUse }) => lastUse !== null) ? true : undefined
}
