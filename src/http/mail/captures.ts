// The capture inbox: what the capture transport took instead of sending it. Its list, its messages as they are, and emptying it are
// private each on its own, so they are data actions that no common role holds.

import type { Context } from 'hono'
import { MAIL_DATA_ACTIONS } from '../../access/operations.ts'
import type { CapturedMessage } from '../../storage/storage.ts'
import { dataAction, mayDo, type Operation } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { pageBody, pageQuery, readPage } from '../paging.ts'
import { answerRefusal, notFound } from '../refusal.ts'
import { changeOf, type HttpEnv } from '../request-context.ts'
import { readQuery } from '../validation.ts'
import { resourcesOpenTo } from './readable-scopes.ts'

const READ = dataAction(MAIL_DATA_ACTIONS.readCaptures)
const READ_CONTENT = dataAction(MAIL_DATA_ACTIONS.readMessageContent)
const DELETE = dataAction(MAIL_DATA_ACTIONS.deleteCaptures)
export const CAPTURES_PATH = '/capture/messages'

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl' | 'openContent' | 'logger'>

export function listCaptures({ storage, publicUrl }: Pick<Dependencies, 'storage' | 'publicUrl'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const query = readQuery(c.req.url, pageQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const open = await resourcesOpenTo(storage, c.var.caller, READ)
    if (open.type === 'refused') return answerRefusal(c, open)
    const { rows, more } = await readPage(query.value, (window) =>
      storage.read.captures.listCaptures({ ...open.where, ...window }),
    )
    const last = more ? rows.at(-1)?.id : undefined
    const next = { publicUrl: publicUrl(), path: CAPTURES_PATH, limit: query.value.limit, last }
    return c.json(pageBody(rows.map(wireForm), next))
  }
}

export function readCapture({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const capture = await findOpen(storage, c, READ)
    return capture === undefined ? answerRefusal(c, NOT_FOUND) : c.json(wireForm(capture))
  }
}

const NOT_FOUND = notFound('MessageNotFound', 'There is no such message, or it may not be read.')

/** The one of the path. */
async function findOpen({ read }: Dependencies['storage'], c: Context<HttpEnv>, operation: Operation) {
  const { caller } = c.var
  const capture = await read.captures.readCapture(c.req.param('id') ?? '')
  const isOpen = capture?.tenantId === caller.tenantId && mayDo(caller, operation, capture.resourceId)
  return isOpen ? capture : undefined
}

/** The octets as they would have gone out. Never shown as a page: a browser downloads them. */
export function readCaptureContent({ storage, openContent, logger }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const capture = await findOpen(storage, c, READ_CONTENT)
    if (capture === undefined) return answerRefusal(c, NOT_FOUND)
    const { id } = capture
    const octets = withoutCause(openContent(capture.content), (error) => {
      logger.error({ err: error, requestId: c.var.requestId, id }, 'a captured message cannot be read')
    })
    return c.body(ReadableStream.from(octets), 200, {
      'content-type': 'message/rfc822',
      'content-length': String(capture.content.size),
      'content-disposition': `attachment; filename="${capture.id}.eml"`,
    })
  }
}

/** The adapter to Node shows the client why a stream broke; this one breaks without saying. */
async function* withoutCause(
  octets: AsyncIterable<Uint8Array>,
  tell: (error: unknown) => void,
): AsyncIterable<Uint8Array> {
  try {
    yield* octets
  } catch (error) {
    tell(error)
    throw new Error('the content cannot be read', { cause: error })
  }
}

/** Empties the inbox as far as the caller may. */
export function deleteCaptures({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const open = await resourcesOpenTo(storage, c.var.caller, DELETE)
    if (open.type === 'refused') return answerRefusal(c, open)
    const { tenantId, resourceIds } = open.where
    return c.json({ deleted: await storage.write.captures.deleteCaptures(changeOf(c), tenantId, resourceIds) })
  }
}

function wireForm({ id, resourceId, reversePath, recipients, subject, receivedAt }: CapturedMessage): object {
  const envelope = { reversePath, recipients }
  return { id, resource: resourceId, envelope, subject, receivedAt: new Date(receivedAt).toISOString() }
}
