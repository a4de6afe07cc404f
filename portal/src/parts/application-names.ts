// Names of applications by their client ids. What is asked for by the rows of one page goes to the API together.

import type { Api } from '../api/api.ts'

type Waiting = { readonly resolve: (name: string | undefined) => void; readonly reject: (error: unknown) => void }

/** As many as fit into a filter. */
const MOST_IDS = 40
const waitingOf = new WeakMap<Api, Map<string, Waiting[]>>()

/** Undefined for an application that is gone. */
export function loadApplicationName(api: Api, applicationId: string): Promise<string | undefined> {
  const waiting = waitingOf.get(api) ?? beginToGather(api)
  const id = applicationId.toLowerCase()
  return new Promise((resolve, reject) => {
    waiting.set(id, [...(waiting.get(id) ?? []), { resolve, reject }])
  })
}

function beginToGather(api: Api): Map<string, Waiting[]> {
  const waiting = new Map<string, Waiting[]>()
  waitingOf.set(api, waiting)
  // Every row has asked by then.
  setTimeout(() => {
    waitingOf.delete(api)
    const all = [...waiting]
    for (let at = 0; at < all.length; at += MOST_IDS) void load(api, new Map(all.slice(at, at + MOST_IDS)))
  })
  return waiting
}

type Named = { readonly appId: string; readonly displayName: string }

async function load(api: Api, waiting: ReadonlyMap<string, readonly Waiting[]>): Promise<void> {
  const $filter = `appId in (${[...waiting.keys()].map((id) => `'${id}'`).join(',')})`
  try {
    const query = { $filter, $select: 'appId,displayName', $top: MOST_IDS }
    const { value } = await api.call<{ value: readonly Named[] }>('GET', '/v1.0/applications', { query })
    const names = new Map(value.map(({ appId, displayName }) => [appId.toLowerCase(), displayName]))
    for (const [id, those] of waiting) for (const { resolve } of those) resolve(names.get(id))
  } catch (error) {
    for (const those of waiting.values()) for (const { reject } of those) reject(error)
  }
}
