// Every place of the portal, read from the areas that the portal itself is made of, so that a new page is examined without anybody naming
// it here. What a path leaves open is filled in with something of the service that really is there.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type LoadHookSync, registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { QuickstartService } from '../fixtures/quickstart-service.ts'

/** `name`: as the portal's code spells it. `path`: below `/portal`. */
export type Place = { readonly name: string; readonly path: string }

type Areas = readonly {
  readonly pages: readonly { readonly path: string }[]
  readonly blades?: readonly { readonly name: string; readonly types: readonly string[] }[]
}[]

/** Not imported by name: the compiler would take the portal for a program of Node's. */
async function loadAreas(): Promise<Areas> {
  const hooks = registerHooks({ load: loadWithoutComponents })
  const { areas } = (await import(join(import.meta.dirname, '..', '..', 'portal', 'src', 'areas.ts'))) as {
    readonly areas: Areas
  }
  hooks.deregister()
  return areas
}

/** Node reads no JSX. What an area takes from there is used in the browser alone, so that the names are enough here. */
const loadWithoutComponents: LoadHookSync = (url, context, next) => {
  if (!url.endsWith('.tsx')) return next(url, context)
  const names = readFileSync(fileURLToPath(url), 'utf8').matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)
  const source = [...names].map(([, name]) => `export const ${name} = () => {}`).join('\n')
  return { format: 'module', source, shortCircuit: true }
}

/** What the path of a page stands for, by the path: `messages/:id` for each message to look at. */
export type Examples = Readonly<Record<string, readonly string[]>>

export async function listPlaces(service: QuickstartService, examples: Examples): Promise<readonly Place[]> {
  const areas = await loadAreas()
  const pages = areas
    .flatMap((area) => area.pages)
    .flatMap(({ path }) => fill(path, examples))
    .map((path) => ({ name: `/${path}`, path: `/${path}` }))
  const resources = resourcesOf(service)
  const blades = areas
    .flatMap((area) => area.blades ?? [])
    .flatMap(({ name, types }) =>
      types.map((type) => ({ name: `${type}~${name}`, path: `/resource${resourceOf(type)}/~/${name}` })),
    )
  return [...pages, ...blades, { name: '(no page)', path: '/there-is-no-such-page' }]

  function resourceOf(type: string): string {
    const id = resources[type]
    assert.ok(id, `a resource of type ${type} is needed to see its blades`)
    return id
  }
}

function fill(path: string, examples: Examples): readonly string[] {
  if (!/[:*]/.test(path)) return [path]
  const found = examples[path] ?? []
  assert.ok(found.length > 0, `${path} needs an example to be seen`)
  return found
}

function resourcesOf({ quickstart }: QuickstartService): Readonly<Record<string, string>> {
  const { subscriptionId, resourceGroup, communicationServiceId, emailService } = quickstart
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`
  const email = `${group}/providers/Microsoft.Communication/emailServices/${emailService}`
  return {
    'microsoft.resources/subscriptions': `/subscriptions/${subscriptionId}`,
    'microsoft.resources/resourcegroups': group,
    'microsoft.communication/communicationservices': communicationServiceId,
    'microsoft.communication/emailservices': email,
    'microsoft.communication/emailservices/domains': `${email}/domains/AzureManagedDomain`,
  }
}
