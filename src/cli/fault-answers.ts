// What the API answers about faults on request, as far as commands show it.

import { z } from 'zod'

export const FAULTS = '/providers/Postern.Mail/faults'

export const fault = z.object({
  id: z.string(),
  kind: z.string(),
  applicationId: z.string().optional(),
  communicationServiceId: z.string().optional(),
  delay: z.number().optional(),
  retryAfter: z.number().optional(),
  endsAt: z.string(),
  createdBy: z.string(),
})
export type Fault = z.infer<typeof fault>
export const faultList = z.object({ value: z.array(fault) })

export const targetOf = ({ applicationId, communicationServiceId }: Fault): string =>
  applicationId === undefined
    ? `communication service ${communicationServiceId?.split('/').at(-1) ?? ''}`
    : `application ${applicationId}`
