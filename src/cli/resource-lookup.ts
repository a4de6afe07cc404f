// From what people know of a resource (its name, sometimes its group) to its id. What is left out comes from the quickstart, or is
// whatever is the only one there is. A full id is taken wherever a name is. Azure: control-plane reference §4, §5.

import type { Command } from 'commander'
import { z } from 'zod'
import type { Api } from './api.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import { type Failure, misused, notFound } from './failure.ts'

export const RESOURCES_API_VERSION = '2022-09-01'
export const COMMUNICATION_API_VERSION = '2025-09-01'

export const COMMUNICATION_SERVICE = {
  type: 'communicationServices',
  noun: 'communication service',
  list: 'postern communication list',
  create: 'postern communication create',
} as const
export const EMAIL_SERVICE = {
  type: 'emailServices',
  noun: 'email service',
  list: 'postern communication email list',
  create: 'postern communication email create',
} as const
export type TopLevelType = typeof COMMUNICATION_SERVICE | typeof EMAIL_SERVICE

export type PlaceFlags = { readonly subscription?: string; readonly resourceGroup?: string }

const GROUP_HELP = {
  make: 'resource group (default: that of the quickstart)',
  list: 'only what is in this resource group',
  find: 'resource group, where several have something of that name',
} as const

/** `use` is what the command does with a resource group. */
export function addPlaceOptions(command: Command, use: keyof typeof GROUP_HELP): Command {
  return addSubscriptionOption(command.option('-g, --resource-group <name>', GROUP_HELP[use]))
}

export function addSubscriptionOption(command: Command): Command {
  return command.option(
    '--subscription <id>',
    'subscription (default: that of the quickstart, or the only one there is)',
  )
}

/** The path of an ARM id. */
export function armPath(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/')
}

const subscriptionList = z.object({ value: z.array(z.object({ subscriptionId: z.string() })) })
type Found = { readonly type: 'found'; readonly id: string }
const found = (id: string): Found => ({ type: 'found', id })

/** `id` is `/subscriptions/…`. */
export async function findSubscription(api: Api, flags: Pick<PlaceFlags, 'subscription'>): Promise<Found | Failure> {
  const known = flags.subscription ?? api.connection.quickstart?.subscriptionId
  if (known !== undefined) return found(`/subscriptions/${known.replace(/^\/subscriptions\//i, '')}`)
  const answer = await api.list('/subscriptions', { 'api-version': RESOURCES_API_VERSION })
  if (answer.type === 'failed') return answer
  const parsed = subscriptionList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('subscriptions')
  const [only, ...others] = parsed.data.value
  if (only !== undefined && others.length === 0) return found(`/subscriptions/${only.subscriptionId}`)
  if (only === undefined)
    return notFound(
      'This credential may see no subscription.',
      `Somebody with that right can let it: postern role assignment create --assignee ${api.connection.clientId} --role <role> --scope /subscriptions/<id>`,
    )
  const ids = parsed.data.value.map(({ subscriptionId }) => subscriptionId).join(', ')
  return misused('There are several subscriptions.', `Choose with --subscription: ${ids}`)
}

/** `id` is that of the resource group; only for writing is the quickstart's taken by itself. */
export async function findGroup(api: Api, flags: PlaceFlags): Promise<Found | Failure> {
  const group = flags.resourceGroup ?? groupOf(api.connection.quickstart?.communicationServiceId ?? '')
  if (group === undefined) return misused('Nothing says which resource group.', 'Give --resource-group its name.')
  const subscription = await findSubscription(api, flags)
  return subscription.type === 'failed' ? subscription : found(`${subscription.id}/resourceGroups/${group}`)
}

/** Where a list looks: the resource group given, else the whole subscription. */
export async function findListScope(api: Api, flags: PlaceFlags): Promise<Found | Failure> {
  return flags.resourceGroup === undefined ? findSubscription(api, flags) : findGroup(api, flags)
}

/** The resource by name or id, without a look whether it is there unless its group has to be found. */
export async function findTopLevel(
  api: Api,
  kind: TopLevelType,
  name: string,
  flags: PlaceFlags,
): Promise<Found | Failure> {
  if (name.startsWith('/')) return found(name)
  if (flags.resourceGroup !== undefined) {
    const group = await findGroup(api, flags)
    return group.type === 'failed' ? group : found(topLevelId(group.id, kind, name))
  }
  const subscription = await findSubscription(api, flags)
  if (subscription.type === 'failed') return subscription
  return findByName(api, kind, name, subscription.id)
}

export const topLevelId = (scope: string, { type }: TopLevelType, name: string): string =>
  `${scope}/providers/Microsoft.Communication/${type}/${name}`

const namedList = z.object({ value: z.array(z.object({ id: z.string(), name: z.string() })) })

type Listed = { readonly type: 'listed'; readonly value: readonly { readonly id: string; readonly name: string }[] }

/** `scope` is a subscription or a resource group. */
async function listTopLevel(api: Api, kind: TopLevelType, scope: string): Promise<Listed | Failure> {
  const path = armPath(`${scope}/providers/Microsoft.Communication/${kind.type}`)
  const answer = await api.list(path, { 'api-version': COMMUNICATION_API_VERSION })
  if (answer.type === 'failed') return answer
  const parsed = namedList.safeParse(answer.body)
  return parsed.success ? { type: 'listed', value: parsed.data.value } : unexpectedAnswer(`${kind.noun}s`)
}

async function findByName(api: Api, kind: TopLevelType, name: string, subscription: string): Promise<Found | Failure> {
  const listed = await listTopLevel(api, kind, subscription)
  if (listed.type === 'failed') return listed
  const [only, ...others] = listed.value.filter((one) => one.name.toLowerCase() === name.toLowerCase())
  if (only === undefined)
    return notFound(`There is no ${kind.noun} ${name} that this credential may read.`, `See: ${kind.list}`)
  if (others.length === 0) return found(only.id)
  return misused(`There are several ${kind.noun}s ${name}.`, 'Say which with --resource-group.')
}

/** The only one there is in the place that the flags name; `option` is how another is chosen. */
async function findOnly(api: Api, kind: TopLevelType, flags: PlaceFlags, option: string): Promise<Found | Failure> {
  const scope = await findListScope(api, flags)
  if (scope.type === 'failed') return scope
  const listed = await listTopLevel(api, kind, scope.id)
  if (listed.type === 'failed') return listed
  const [only, ...others] = listed.value
  if (only === undefined)
    return notFound(`There is no ${kind.noun} that this credential may read.`, `Make one: ${kind.create} --help`)
  if (others.length === 0) return found(only.id)
  return misused(`There are several ${kind.noun}s.`, `Choose one with ${option}; see: ${kind.list}`)
}

const isPlaceGiven = ({ subscription, resourceGroup }: PlaceFlags): boolean =>
  subscription !== undefined || resourceGroup !== undefined

/** The communication service named, or that of the quickstart, or the only one. `option` is what names it. */
export async function findService(
  api: Api,
  name: string | undefined,
  flags: PlaceFlags,
  option: '--name' | '--comm-service-name',
): Promise<Found | Failure> {
  const { quickstart } = api.connection
  if (name !== undefined) return findTopLevel(api, COMMUNICATION_SERVICE, name, flags)
  if (quickstart !== undefined && !isPlaceGiven(flags)) return found(quickstart.communicationServiceId)
  return findOnly(api, COMMUNICATION_SERVICE, flags, option)
}

/** The email service named, or that of the quickstart, or the only one. */
export async function findEmailService(
  api: Api,
  name: string | undefined,
  flags: PlaceFlags,
): Promise<Found | Failure> {
  const { quickstart } = api.connection
  if (name !== undefined) return findTopLevel(api, EMAIL_SERVICE, name, flags)
  if (quickstart?.emailService === undefined || isPlaceGiven(flags))
    return findOnly(api, EMAIL_SERVICE, flags, '--email-service-name')
  const group = `/subscriptions/${quickstart.subscriptionId}/resourceGroups/${groupOf(quickstart.communicationServiceId)}`
  return found(topLevelId(group, EMAIL_SERVICE, quickstart.emailService))
}

export function groupOf(id: string): string | undefined {
  return /\/resourceGroups\/([^/]+)/i.exec(id)?.[1]
}
