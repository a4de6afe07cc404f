// Where subscriptions to events stand, as commands name it: a communication service, or the whole tenant.

import type { Command } from 'commander'
import type { Api } from './api.ts'
import type { Failure } from './failure.ts'
import { addPlaceOptions, armPath, findService, type PlaceFlags } from './resource-lookup.ts'
import { notAScope } from './role-lookup.ts'

export type EventScopeFlags = PlaceFlags & { readonly scope?: string; readonly commServiceName?: string }

export function addEventScopeOptions(command: Command): Command {
  command
    .option('--scope <id>', 'id of a communication service; / is the whole tenant')
    .option(
      '--comm-service-name <name>',
      'communication service: name or id (default: that of the quickstart, or the only one)',
    )
  return addPlaceOptions(command, 'find')
}

/** The path behind which our own operations on the scope are. */
export async function findEventScope(
  api: Api,
  flags: EventScopeFlags,
): Promise<{ readonly type: 'path'; readonly path: string } | Failure> {
  if (flags.scope !== undefined && !flags.scope.startsWith('/')) return notAScope(flags.scope)
  const found =
    flags.scope === undefined
      ? await findService(api, flags.commServiceName, flags, '--comm-service-name')
      : ({ type: 'found', id: flags.scope } as const)
  if (found.type === 'failed') return found
  return { type: 'path', path: `${armPath(found.id.replace(/\/+$/, ''))}/providers/Postern.Mail` }
}

export const subscriptionPath = (path: string, name: string): string =>
  `${path}/eventSubscriptions/${encodeURIComponent(name)}`
