// A captured message as the API tells of it, and what is private about it.

import type { Right } from '../../api/rights.ts'

export const CAPTURES = '/capture/messages'

export const READ_CONTENT: Right = { action: 'Postern.Mail/messages/content/read', kind: 'data' }
export const DELETE_CAPTURES: Right = { action: 'Postern.Mail/captures/delete', kind: 'data' }

export type Capture = {
  readonly id: string
  readonly resource: string
  readonly envelope: { readonly reversePath: string; readonly recipients: readonly string[] }
  readonly subject: string
  readonly receivedAt: string
}

export const addressOfCapture = (id: string): string => `/captures/${encodeURIComponent(id)}`
