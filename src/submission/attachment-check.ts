// A content check of our own, for `compatibility: azure`: every attachment must be of a kind that Azure takes. What it finds is told like
// the findings of the operator's check, which it asks next. It reads the message whole, which is bounded by the limit of that profile.

import PostalMime from 'postal-mime'
import { isAllowedAttachment } from './azure-profile.ts'
import type { CheckedMessage, ContentHook } from './content-hook.ts'

export function createAttachmentCheck(next: ContentHook | undefined): ContentHook {
  return {
    onFailure: next?.onFailure ?? 'refuse',
    async check(message) {
      const name = await findForbidden(message)
      if (name !== undefined)
        return { type: 'refused', detail: `an attachment is of a kind that is not taken: ${name}` }
      return (await next?.check(message)) ?? { type: 'accepted', detail: 'the attachments are of kinds that are taken' }
    },
    close: async () => next?.close(),
  }
}

/** Its name, fit for a trace. A message that cannot be taken apart has no attachment that anybody would see. */
async function findForbidden({ open }: CheckedMessage): Promise<string | undefined> {
  const attachments = await readAttachments(open)
  const found = attachments.find(({ filename, mimeType, disposition, related }) => {
    const isNamed = filename !== null && filename !== ''
    if (!isNamed && (disposition === 'inline' || related === true)) return false
    return !isAllowedAttachment(filename ?? '', mimeType)
  })
  return found && (found.filename || found.mimeType).slice(0, 100).replace(/[^ -~]/g, '?')
}

async function readAttachments(open: CheckedMessage['open']) {
  const chunks: Uint8Array[] = []
  for await (const chunk of open()) chunks.push(chunk)
  try {
    return (await PostalMime.parse(Buffer.concat(chunks))).attachments
  } catch {
    return []
  }
}
