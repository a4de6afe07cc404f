// Calls of the API with the token of who signed in. A refusal is thrown as an `ApiError` with the words of the API, which are for people;
// a session that does not stand any more goes to sign in again. What the API has only begun is waited for.

export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string

  constructor(status: number, code: string, message: string, requestId: string) {
    super(message)
    this.status = status
    this.code = code
    this.requestId = requestId
  }
}

/** Whoever changes passkeys must have signed in just now. */
export const isSignInTooOld = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'Request_SignInTooOld'

export type Query = Readonly<Record<string, string | number | undefined>>

export type Options = {
  readonly query?: Query
  readonly json?: unknown
  readonly signal?: AbortSignal
  /** What is written must not be there yet. */
  readonly isNew?: boolean
}

export type Api = {
  call<Answer>(method: string, path: string, options?: Options): Promise<Answer>
  /** The body as it is. */
  fetchText(path: string, signal?: AbortSignal): Promise<string>
  fetchOctets(path: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>
}

export function createApi(token: () => string, onSessionEnd: () => void): Api {
  async function send(
    method: string,
    path: string,
    init: { json?: unknown; signal?: AbortSignal | undefined; isNew?: boolean },
  ) {
    const answer = await fetch(path, {
      method,
      headers: {
        authorization: `Bearer ${token()}`,
        ...(init.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(init.isNew === true && { 'if-none-match': '*' }),
      },
      credentials: 'omit',
      ...(init.json === undefined ? {} : { body: JSON.stringify(init.json) }),
      ...(init.signal && { signal: init.signal }),
    })
    if (answer.ok) return answer
    if (answer.status === 401) onSessionEnd()
    throw await readError(answer)
  }
  /** Azure: what is long running says where its end is told (`compatibility: azure`). */
  async function waitForEnd(begun: Response, signal: AbortSignal | undefined): Promise<void> {
    const address =
      begun.headers.get('azure-asyncoperation') ?? (begun.status === 202 ? begun.headers.get('location') : null)
    for (let isDone = address === null; !isDone; ) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(begun.headers.get('retry-after') ?? 1)))
      const poll = await send('GET', withQuery(address ?? '', {}), { signal })
      const { status } = (await poll.json()) as { status?: string }
      if (status === 'Failed' || status === 'Canceled') throw new ApiError(poll.status, status, status, '')
      isDone = status === undefined || status === 'Succeeded'
    }
  }
  return {
    async call<Answer>(method: string, path: string, { query = {}, json, signal, isNew = false }: Options = {}) {
      const answer = await send(method, withQuery(path, query), { json, signal, isNew })
      await waitForEnd(answer, signal)
      const text = await answer.text()
      return (text === '' ? undefined : JSON.parse(text)) as Answer
    },
    fetchText: async (path, signal) => (await send('GET', path, { signal })).text(),
    fetchOctets: async (path, signal) => new Uint8Array(await (await send('GET', path, { signal })).arrayBuffer()),
  }
}

/** A name that leads up, in a path that a name is part of. */
const WAY_UP = /^[^?]*\/(?:\.|%2e){1,2}(?:[/?]|$)/i

/** `path` may be absolute, as links to a next page are. */
function withQuery(path: string, query: Query): string {
  if (WAY_UP.test(path)) throw new ApiError(404, 'NotFound', path, '')
  const url = new URL(path, window.location.origin)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
  return `${url.pathname}${url.search}`
}

async function readError(answer: Response): Promise<ApiError> {
  const requestId = answer.headers.get('x-ms-request-id') ?? ''
  const text = await answer.text()
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } }
    return new ApiError(answer.status, error.code, error.message, requestId)
  } catch {
    return new ApiError(answer.status, String(answer.status), text.slice(0, 300), requestId)
  }
}
