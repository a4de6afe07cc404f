// A resource as it is shown, and the answers made of it. Azure: the common envelope, control-plane reference §4.2, §5.2.

import { isSameType, RESOURCE_GROUPS } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { ArmAnswer } from './arm-route.ts'

export function resourceForm(resource: Resource): object {
  const { id, name, type, location, tags, properties, systemData } = resource
  if (!isSameType(type, RESOURCE_GROUPS)) return { id, name, type, location, tags, properties, systemData }
  const { managedBy, ...others } = properties
  return { id, name, type, location, managedBy, tags, properties: others }
}

export function resourceAnswer(status: 200 | 201, resource: Resource): ArmAnswer {
  return { type: 'answer', status, body: resourceForm(resource), etag: `"${resource.etag}"` }
}
