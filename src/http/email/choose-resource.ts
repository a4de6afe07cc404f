// Which communication service a request is for: the one whose endpoint the client speaks to, else the one that the configuration names.
// Azure: each resource has a host name of its own (data-plane reference §2.1).

import type { CommunicationServiceRef, ResourceReader } from '../../storage/storage.ts'

export type ResourceChoice = {
  readonly resources: Pick<ResourceReader, 'findCommunicationService'>
  /** Endpoints are `<name>.<this>`. */
  readonly dataPlaneSuffix: string
  /** Name of the resource that every other host stands for. */
  readonly defaultResource: string | undefined
}

/** `host` as the client gave it, with or without a port. */
export async function chooseResource(
  { resources, dataPlaneSuffix, defaultResource }: ResourceChoice,
  host: string,
): Promise<CommunicationServiceRef | undefined> {
  const name = nameIn(host, dataPlaneSuffix)
  const named = name === undefined ? undefined : await resources.findCommunicationService(name)
  return named ?? (defaultResource === undefined ? undefined : resources.findCommunicationService(defaultResource))
}

function nameIn(host: string, suffix: string): string | undefined {
  const bare = host
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '')
  const end = `.${suffix.toLowerCase()}`
  const name = bare.endsWith(end) ? bare.slice(0, -end.length) : ''
  return /^[a-z0-9-]{1,63}$/.test(name) ? name : undefined
}
