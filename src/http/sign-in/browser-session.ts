// What a browser holds of a session: a random token in a cookie that no script reads and no other host is sent. The store knows the
// digest. RFC 6265bis §4.1.3.2 (`__Host-`), OWASP Session Management.

import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { HttpEnv } from '../request-context.ts'

const NAME = '__Host-postern-sign-in'
const BROWSER = '__Host-postern-browser'
/** Seconds; browsers keep nothing for longer. */
const BROWSER_AGE = 400 * 86_400
const TOKEN_OCTETS = 32
const TOKEN = /^[A-Za-z0-9_-]{43}$/

export type FreshToken = { readonly token: string; readonly digest: Uint8Array }

/** For a cookie, a code or a ticket. */
export function freshToken(random: (count: number) => Uint8Array): FreshToken {
  const token = Buffer.from(random(TOKEN_OCTETS)).toString('base64url')
  return { token, digest: digestOf(token) }
}

export const digestOf = (token: string): Uint8Array => createHash('sha256').update(token).digest()

/** The digest of what the browser sent; undefined for nothing, and for nothing of ours. */
export const readSessionCookie = (c: Context<HttpEnv>): Uint8Array | undefined => readCookie(c, NAME)

function readCookie(c: Context<HttpEnv>, name: string): Uint8Array | undefined {
  const token = getCookie(c, name)
  return token !== undefined && TOKEN.test(token) ? digestOf(token) : undefined
}

/** Goes with the browser's own session at the latest. Lax: a link that leads here brings it along. */
export function writeSessionCookie(c: Context<HttpEnv>, token: string): void {
  setCookie(c, NAME, token, { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' })
}

export function clearSessionCookie(c: Context<HttpEnv>): void {
  setCookie(c, NAME, '', { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', maxAge: 0 })
}

/**
 * Tells one browser from another, in hex: who signs in elsewhere and comes back, and where somebody has signed in before. It proves
 * nothing else. All tabs share it.
 */
export function readBrowserKey(c: Context<HttpEnv>): string | undefined {
  const digest = readCookie(c, BROWSER)
  return digest && hexOf(digest)
}

export function keepBrowserKey(c: Context<HttpEnv>, random: (count: number) => Uint8Array): string {
  const held = readBrowserKey(c)
  if (held !== undefined) return held
  const { token, digest } = freshToken(random)
  setCookie(c, BROWSER, token, { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', maxAge: BROWSER_AGE })
  return hexOf(digest)
}

const hexOf = (octets: Uint8Array): string => Buffer.from(octets).toString('hex')
