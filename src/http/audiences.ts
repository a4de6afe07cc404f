// Whom a token may be for, and which doors it opens. A token that is for another door is refused, whatever it may do there.
// Azure: control-plane reference §1.1, data-plane reference §2.6; clients ask with and without a slash at the end.

import { COMMUNICATION_AUDIENCE } from '../identity/own-token.ts'

/** The doors. The data plane and SMTP share one, which is not behind this API yet. */
export type AudienceGroup = 'management' | 'graph' | 'capture'

const MANAGEMENT = ['https://management.azure.com', 'https://management.core.windows.net']
const GRAPH = ['https://graph.microsoft.com']

/** The base URL without a slash at its end; the service's own audience. */
export function baseUrlOf(publicUrl: string): string {
  return publicUrl.replace(/\/+$/, '')
}

/** Every spelling of `aud` that opens a door. */
export function audiencesOf(group: AudienceGroup, publicUrl: string): string[] {
  const own = [baseUrlOf(publicUrl)]
  const accepted = { management: [...own, ...MANAGEMENT], graph: [...own, ...GRAPH], capture: own }[group]
  return accepted.flatMap((audience) => [audience, `${audience}/`])
}

/** Whether the token service issues tokens for `resource`, as it was spelt. */
export function isKnownResource(resource: string, publicUrl: string): boolean {
  const bare = resource.endsWith('/') ? resource.slice(0, -1) : resource
  return [baseUrlOf(publicUrl), ...MANAGEMENT, ...GRAPH, COMMUNICATION_AUDIENCE].includes(bare)
}
