// The list of the resources of one type below a scope, in pages, as far as the caller may read them. A page is filled whatever lies
// between what may be read. Azure: control-plane reference §1.6, §6.6.

import type { Resource } from '../../resources/resource.ts'
import type { Storage } from '../../storage/storage.ts'
import { authorize, controlAction, mayDo } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { z } from 'zod'
import { answerPage, type pageQuery } from './arm-page.ts'
import type { ArmAnswer, ArmRequest } from './arm-route.ts'
import { operationOf } from './arm-target.ts'
import { resourceForm } from './resource-form.ts'
import { checkScopeExists } from './scope-existence.ts'

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>
type PageRequest = ArmRequest<z.output<typeof pageQuery>, unknown>
type Selection = {
  readonly tenantId: string
  readonly under: string
  readonly type?: string
  readonly isTracked?: true
  readonly isShown: (resource: Resource) => boolean
}

/** Whoever may read none of them is refused, so that a list never tells whether the scope exists. */
export async function listReadable(
  { storage, publicUrl }: Dependencies,
  request: PageRequest,
  matches: (resource: Resource) => boolean = () => true,
): Promise<ArmAnswer> {
  const { caller, target, query, url } = request
  const { action, scope } = operationOf('GET', target)
  const operation = controlAction(action)
  let mayReadAny = false
  const isShown = (resource: Resource) => {
    const readable = mayDo(caller, operation, resource.id)
    mayReadAny ||= readable
    return readable && matches(resource)
  }
  const selection = { tenantId: caller.tenantId, under: target.parent, type: target.type, isShown }
  const { shown, last } = await readPage(storage, selection, query.$top, query.$skipToken)
  const refusal = mayReadAny ? undefined : authorize(caller, operation, scope)
  const missing = refusal ?? (await checkScopeExists(storage, caller.tenantId, target))
  return missing ?? answerPage(url, publicUrl(), shown.map(resourceForm), last)
}

const CHUNK = 500

/** `last` is the id that the next page begins behind, when there is one. */
export async function readPage(
  { read }: Pick<Storage, 'read'>,
  { isShown, ...selection }: Selection,
  size: number,
  after: string | undefined,
): Promise<{ readonly shown: readonly Resource[]; readonly last: string | undefined }> {
  const found: Resource[] = []
  for (let from = after; found.length <= size; ) {
    const chunk = await read.resources.listResources({
      ...selection,
      limit: CHUNK,
      ...(from === undefined ? {} : { after: from }),
    })
    found.push(...chunk.filter(isShown))
    from = chunk.at(-1)?.id
    if (chunk.length < CHUNK) break
  }
  const shown = found.slice(0, size)
  return { shown, last: found.length > size ? shown.at(-1)?.id : undefined }
}
