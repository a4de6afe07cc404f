// What JSON can say and a store cannot hold, or could not hand on: U+0000 and unpaired surrogates in a text (PostgreSQL has neither; RFC
// 8259 §8.2), a member called `__proto__` (whatever copies the object would lose it), and more depth than anything here has (what copies
// values between threads goes down with the call stack). Nor may a `length` be an object: Zod compares it with a number, also where
// neither a text nor a list is, and an object with a `toString` of its own cannot be.

export type Unstorable = { readonly path: readonly (string | number)[]; readonly reason: string }

export const MAX_DEPTH = 64

const TOO_DEEP: Unstorable = { path: [], reason: `it is nested deeper than ${MAX_DEPTH} levels` }
const BAD_TEXT: Unstorable = { path: [], reason: 'a text holds neither U+0000 nor half a surrogate pair' }
const BAD_NAME: Unstorable = { path: [], reason: 'it has a member with a name that cannot be kept' }
const BAD_LENGTH: Unstorable = { path: [], reason: 'a length is no object' }

/** The first such thing in a value that was parsed from JSON. */
export function findUnstorable(value: unknown, depth = 0): Unstorable | undefined {
  if (typeof value === 'string') return isText(value) ? undefined : BAD_TEXT
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === MAX_DEPTH) return TOO_DEEP
  for (const [name, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    if (typeof name === 'string' && !isName(name)) return BAD_NAME
    if (name === 'length' && typeof member === 'object' && member !== null) return { ...BAD_LENGTH, path: [name] }
    const found = findUnstorable(member, depth + 1)
    if (found === TOO_DEEP) return found
    if (found !== undefined) return { ...found, path: [name, ...found.path] }
  }
  return undefined
}

const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
const isName = (name: string): boolean => isText(name) && name !== '__proto__'
