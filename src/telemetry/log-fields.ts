// Makes a value safe to log. Fields whose name says that they hold a secret are emptied, wherever they are nested; what clients may
// have chosen is bounded in length, depth and number; octets never appear. Names decide, not paths: a secret two levels deeper than
// anybody expected is still caught.

const TEXT_LIMIT = 1024
const DEPTH_LIMIT = 6
const ENTRY_LIMIT = 100

const REDACTED = '[redacted]'

/** Compared in lower case, without `-` and `_`. */
const SECRET_NAMES = new Set([
  'pass',
  'key',
  'keys',
  'seed',
  'credentials',
  'initialresponse',
  'response',
  'challenge',
  'ticketkeys',
  'ticketkeyseed',
  'secrettext',
])
const SECRET_ENDINGS =
  /(?:password|passphrase|secret|token|assertion|authorization|cookie|pepper|connectionstring|(?:access|private|api|sealing|installation)key)$/

/** A copy that holds nothing secret and nothing large. */
export function cleanFields(fields: object): Record<string, unknown> {
  return cleanEntries(Object.entries(fields instanceof Error ? { err: fields } : fields), 0)
}

/** Text cut to 1 KiB, with the control characters escaped that JSON leaves as they are: terminals act on some of them. */
export function cleanText(text: string): string {
  const cut = text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}… (${text.length} characters)` : text
  return cut.replaceAll(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escapeCharacter)
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[-_]/g, '')
  return SECRET_NAMES.has(plain) || SECRET_ENDINGS.test(plain)
}

function cleanEntries(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
  return Object.fromEntries(
    entries
      .slice(0, ENTRY_LIMIT)
      .map(([name, value]) => [cleanText(name), isSecretName(name) ? REDACTED : cleanValue(value, depth + 1)]),
  )
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  return depth > DEPTH_LIMIT ? '[deeper]' : cleanObject(value, depth)
}

function cleanObject(value: object, depth: number): unknown {
  if (value instanceof Error) return cleanError(value, depth)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} octets]`
  if (Array.isArray(value)) return value.slice(0, ENTRY_LIMIT).map((item) => cleanValue(item, depth + 1))
  if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`
  return cleanEntries(Object.entries(value), depth)
}

/** Only what an error says of itself: libraries hang requests, commands and configurations on their errors. */
function cleanError(error: Error, depth: number): unknown {
  const { code } = error as NodeJS.ErrnoException
  return {
    type: error.name,
    message: cleanText(error.message),
    ...(code === undefined ? {} : { code: cleanValue(code, depth + 1) }),
    ...(error.stack === undefined ? {} : { stack: cleanStack(error) }),
    ...(error.cause === undefined ? {} : { cause: cleanValue(error.cause, depth + 1) }),
  }
}

/** Frames only: the head of a stack repeats the message, which may be long. */
function cleanStack({ stack = '' }: Error): readonly string[] {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '))
  return frames.slice(0, 10).map((line) => cleanText(line.trim()))
}
