// Whose quota a command is about: an application, a communication service, or a sender domain; exactly one of them is named.

import type { Command } from 'commander'
import type { Api } from './api.ts'
import { findApplication } from './directory-lookup.ts'
import { type Failure, misused } from './failure.ts'
import {
  addPlaceOptions,
  armPath,
  COMMUNICATION_SERVICE,
  findEmailService,
  findTopLevel,
  type PlaceFlags,
} from './resource-lookup.ts'

export type QuotaFlags = PlaceFlags & {
  readonly application?: string
  readonly commServiceName?: string
  readonly domain?: string
  readonly emailServiceName?: string
}

export function addQuotaPlaceOptions(command: Command): Command {
  command
    .option('--application <id>', 'of this application, wherever it sends')
    .option('--comm-service-name <name>', 'of this communication service, whoever sends: name or id')
    .option('--domain <name>', 'of this sender domain')
    .option('--email-service-name <name>', 'with --domain: its email service (default: that of the quickstart)')
  return addPlaceOptions(command, 'find')
}

/** The path of the quota in the API. */
export async function findQuotaPath(
  api: Api,
  { application, commServiceName, domain, emailServiceName, ...place }: QuotaFlags,
): Promise<{ readonly type: 'path'; readonly path: string } | Failure> {
  if ([application, commServiceName, domain].filter((one) => one !== undefined).length !== 1)
    return misused('Say whose quota.', 'Give one of --application, --comm-service-name and --domain.')
  if (application !== undefined) {
    const found = await findApplication(api, application)
    if (found.type === 'failed') return found
    return { type: 'path', path: `/providers/Postern.Mail/applications/${found.application.appId}/quotas/default` }
  }
  if (commServiceName !== undefined) {
    const found = await findTopLevel(api, COMMUNICATION_SERVICE, commServiceName, place)
    return found.type === 'failed' ? found : pathOn(found.id)
  }
  const email = await findEmailService(api, emailServiceName, place)
  return email.type === 'failed' ? email : pathOn(`${email.id}/domains/${domain ?? ''}`)
}

const pathOn = (id: string) => ({ type: 'path', path: `${armPath(id)}/providers/Postern.Mail/quotas/default` }) as const
