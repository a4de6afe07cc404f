// The steps of the articles as a person does them in the portal, each from where the one before ended. What is clicked is named as the
// articles name it.

import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { eventually } from '../fixtures/eventually.ts'
import type { ArticleWords } from './article-words.ts'

export type Walker = { readonly page: Page; readonly words: ArticleWords }
export type Registered = { readonly applicationId: string; readonly clientSecret: string }

/** “Register an application”, “Create a new client secret”: its value is shown this once. */
export async function registerApplication({ page, words }: Walker, name: string): Promise<Registered> {
  await page.getByRole('link', { name: words.applications }).click()
  await page.getByRole('button', { name: words.newRegistration }).click()
  await page.getByRole('textbox', { name: words.displayName }).fill(name)
  await page.getByRole('button', { name: words.register }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await page.getByRole('link', { name: words.certificatesAndSecrets }).click()
  await page.getByRole('button', { name: words.newClientSecret }).click()
  await page.getByRole('textbox', { name: words.description }).fill('copier')
  await page.getByRole('button', { name: words.add, exact: true }).click()
  const made = page.getByRole('alertdialog')
  const clientSecret = await made.getByRole('textbox', { name: words.value, exact: true }).inputValue()
  await made.getByRole('button', { name: words.done }).click()
  await made.waitFor({ state: 'detached' })
  assert.equal(await page.getByText(clientSecret).count(), 0, 'the value is not shown again')
  return { applicationId: /applications\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '', clientSecret }
}

/** “Navigate to the Azure Communication Service Resource, and then open Access control (IAM).” */
export async function openAccessControl({ page, words }: Walker, resource: string): Promise<void> {
  await page.getByRole('link', { name: words.home, exact: true }).click()
  await page.getByRole('link', { name: resource, exact: true }).first().click()
  await page.getByRole('link', { name: words.accessControl }).click()
  await page.getByRole('tab', { name: words.checkAccess }).waitFor()
}

/** What was found takes the place of the rest a moment after the last key: until then whatever is clicked may move away. */
async function narrowed(items: Locator): Promise<void> {
  await eventually(async () => (await items.count()) === 1 || undefined, 'that one is found')
}

/** “Create a custom email role”: Reader is cloned, and the permissions named by the article are added. */
export async function createCustomRole(
  { page, words }: Walker,
  name: string,
  permissions: readonly string[],
): Promise<void> {
  await page.getByRole('tab', { name: words.roles, exact: true }).click()
  await page.getByRole('searchbox', { name: words.searchRole }).fill(words.reader)
  await narrowed(page.getByRole('row').filter({ has: page.getByRole('cell') }))
  await page.getByRole('button', { name: words.actionsForReader, exact: true }).click()
  await page.getByRole('menuitem', { name: words.clone }).click()
  await page.getByRole('tab', { name: words.basics }).click()
  await page.getByRole('textbox', { name: words.roleName }).fill(name)
  await page.getByRole('tab', { name: words.permissions }).click()
  await page.getByRole('button', { name: words.addPermissions }).click()
  const panel = page.getByRole('dialog')
  await panel.getByRole('searchbox', { name: words.searchPermission }).fill('Microsoft.Communication')
  await panel.getByRole('button', { name: 'Azure Communication Services' }).click()
  for (const permission of permissions)
    await panel.getByRole('checkbox', { name: new RegExp(`${permission}$`, 'i') }).check()
  await panel.getByRole('button', { name: words.add, exact: true }).click()
  await page.getByRole('tab', { name: words.assignableScopes }).click()
  await page.getByRole('tab', { name: 'JSON' }).click()
  await page.getByRole('tab', { name: words.reviewAndCreate }).click()
  for (const permission of ['*/read', ...permissions])
    await page.getByRole('tabpanel').getByText(permission, { exact: false }).first().waitFor()
  await page.getByRole('button', { name: words.create, exact: true }).click()
  await page.getByText(name).first().waitFor()
}

/** “Assign the custom email role”: *+ Add*, *Add role assignment*, and its three tabs. */
export async function assignRole({ page, words }: Walker, role: string, application: string): Promise<void> {
  await page.getByRole('button', { name: words.add, exact: true }).click()
  await page.getByRole('menuitem', { name: words.addRoleAssignment }).click()
  await page.getByRole('tab', { name: words.role, exact: true }).waitFor()
  await page.getByRole('searchbox', { name: words.searchRole }).fill(role)
  await narrowed(page.getByRole('row').filter({ has: page.getByRole('radio') }))
  await page.getByRole('radio', { name: role }).check()
  await page.getByRole('button', { name: words.next }).click()
  await page.getByRole('radio', { name: words.someone }).check()
  await page.getByRole('button', { name: words.selectMembers }).click()
  const panel = page.getByRole('dialog')
  await panel.getByRole('searchbox', { name: words.search }).fill(application)
  const results = panel.getByRole('list', { name: words.results })
  await narrowed(results.getByRole('button'))
  await results.getByRole('button', { name: application }).click()
  await panel.getByRole('button', { name: words.select, exact: true }).click()
  await page.getByRole('button', { name: words.next }).click()
  await page.getByRole('tabpanel').getByText(application).waitFor()
  await page.getByRole('button', { name: words.reviewAndAssign }).click()
  await page.getByRole('table', { name: words.roleAssignments }).getByText(application).first().waitFor()
}

/** *Remove*, after the portal has said what it will break. */
export async function removeRole({ page, words }: Walker, application: string): Promise<void> {
  await page.getByRole('tab', { name: words.roleAssignments }).click()
  await page.getByRole('button', { name: `${words.remove}: ${application}` }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByText(words.stopsSending(application)).waitFor()
  await dialog.getByText(words.usedLately).waitFor()
  await dialog.getByRole('button', { name: words.remove, exact: true }).click()
  await page.getByText(words.removed).first().waitFor()
}
