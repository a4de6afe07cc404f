// The kinds of value a configuration key may hold. Each kind knows in words what it allows, and the same words serve the refusal and
// the documentation. A refused value is never repeated: it may be a secret that slipped into the wrong line.

import { isIP } from 'node:net'
import * as z from 'zod'
import { isNetwork } from '../identity/private-address.ts'
import { parseDuration, parseSize } from './quantities.ts'

/** What documentation needs beside a key's description. */
export type FieldFacts = { readonly allowed: string; readonly example?: string | undefined }

export const fieldFacts = z.registry<FieldFacts>()

type Issue = { readonly input?: unknown }

function expecting(allowed: string): { error: (issue: Issue) => string } {
  return { error: (issue) => (issue.input === undefined ? `is missing: give ${allowed}` : `must be ${allowed}`) }
}

export function count(min: number, max: number, example?: string) {
  const allowed = `a whole number from ${min} to ${max}`
  const rule = expecting(allowed)
  return z.int(rule).min(min, rule).max(max, rule).register(fieldFacts, { allowed, example })
}

export function port() {
  const allowed = 'a port number from 1 to 65535, or 0 for any free one'
  const rule = expecting(allowed)
  return z.int(rule).min(0, rule).max(65_535, rule).register(fieldFacts, { allowed })
}

/** One that is known beforehand. */
export function portNumber() {
  const allowed = 'a port number from 1 to 65535'
  const rule = expecting(allowed)
  return z.int(rule).min(1, rule).max(65_535, rule).register(fieldFacts, { allowed })
}

export function flag() {
  const allowed = 'true or false'
  return z.boolean(expecting(allowed)).register(fieldFacts, { allowed })
}

/** Milliseconds once parsed. The bounds are written the way the reader writes values. */
export function duration(min: string, max: string, example?: string) {
  return quantity(parseDuration, `a duration from ${min} to ${max} (units: ms, s, m, h, d)`, min, max, example)
}

/** Octets once parsed. */
export function size(min: string, max: string) {
  return quantity(parseSize, `a size from ${min} to ${max} (units: KiB, MiB, GiB; octets without)`, min, max)
}

function quantity(
  parse: (text: string) => number | undefined,
  allowed: string,
  min: string,
  max: string,
  example?: string,
) {
  const rule = expecting(allowed)
  const amount = (written: string | number) => parse(String(written)) ?? Number.NaN
  return z
    .union([z.string(), z.number()], rule)
    .transform(amount)
    .pipe(z.number(rule).min(amount(min), rule).max(amount(max), rule))
    .register(fieldFacts, { allowed, example })
}

export function filePath(example: string) {
  const allowed = 'a path'
  const rule = expecting(allowed)
  return z
    .string(rule)
    .regex(/^[^\0]+$/, rule)
    .register(fieldFacts, { allowed, example })
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const DOMAIN_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`)

export function domainName(example?: string) {
  const allowed = 'a domain name in lower case, in its ASCII form'
  const rule = expecting(allowed)
  return z.string(rule).regex(DOMAIN_NAME, rule).register(fieldFacts, { allowed, example })
}

/** A server to connect to: its name or its address. */
export function hostName(example: string) {
  const allowed = 'a host name in lower case, or an IP address'
  const rule = expecting(allowed)
  return z
    .string(rule)
    .refine((text) => isIP(text) > 0 || DOMAIN_NAME.test(text), rule)
    .register(fieldFacts, { allowed, example })
}

/** An IP address and a port; spelt `address:port` once parsed, an IPv6 address in brackets. */
export function dnsServer() {
  const rule = expecting(DNS_SERVER)
  return z
    .string(rule)
    .transform((text) => parseDnsServer(text) ?? '')
    .pipe(z.string().min(1, rule))
    .register(fieldFacts, { allowed: DNS_SERVER })
}

export const DNS_SERVER = 'an IP address with or without a port: 192.0.2.53, 127.0.0.1:5353, "[::1]:53"'
const DNS_PORT = 53

/** The port is 53 where none is given; `localhost` is 127.0.0.1. Undefined for anything else. */
export function parseDnsServer(text: string): string | undefined {
  const [, bracketed, plain, port = String(DNS_PORT)] =
    /^(?:\[([0-9a-f:.]+)\]|([0-9.]+|localhost))(?::([0-9]{1,5}))?$/i.exec(isIP(text) === 6 ? `[${text}]` : text) ?? []
  const address = plain === 'localhost' ? '127.0.0.1' : plain
  if (Number(port) < 1 || Number(port) > 65_535) return undefined
  if (address !== undefined) return isIP(address) === 4 ? `${address}:${Number(port)}` : undefined
  return bracketed !== undefined && isIP(bracketed) === 6 ? `[${bracketed}]:${Number(port)}` : undefined
}

export function listenAddress() {
  const allowed = 'an IP address, such as 127.0.0.1 or "::", or localhost for both loopback addresses'
  return z
    .string(expecting(allowed))
    .refine((text) => text === 'localhost' || isIP(text) > 0, expecting(allowed))
    .register(fieldFacts, { allowed })
}

/** An address with a prefix length. */
export function network() {
  const allowed = 'a network such as 10.0.0.0/8 or fd00::/8'
  return z.string(expecting(allowed)).refine(isNetwork, expecting(allowed)).register(fieldFacts, { allowed })
}

/** An origin over TLS, spelt with its final slash once parsed. */
export function httpsOrigin(example: string) {
  const allowed = 'an https URL without path, query or user, such as https://mail.example.com/'
  const rule = expecting(allowed)
  return z
    .string(rule)
    .refine((text) => {
      const url = URL.parse(text)
      return url !== null && url.protocol === 'https:' && url.href === `${url.origin}/`
    }, rule)
    .transform((text) => new URL(text).href)
    .register(fieldFacts, { allowed, example })
}

export const httpsUrl = (example: string) => urlOf(/^https:\/\/[^\s#@]+$/, 'an https URL without user', example)

export const httpUrl = (example: string) => urlOf(/^https?:\/\/[^\s#@]+$/, 'an http or https URL without user', example)

function urlOf(form: RegExp, allowed: string, example: string) {
  const rule = expecting(allowed)
  return z
    .string(rule)
    .refine((text) => form.test(text) && URL.canParse(text), rule)
    .register(fieldFacts, { allowed, example })
}

export function postgresUrl() {
  const rule = expecting(POSTGRES_URL)
  return z
    .string(rule)
    .refine(isPostgresUrl, rule)
    .register(fieldFacts, { allowed: POSTGRES_URL, example: 'postgres://localhost/postern' })
}

/** What `postgresUrl` allows. */
export const POSTGRES_URL = 'a URL such as postgres://postern@db.example.com/postern?sslmode=verify-full'

/** Names a server and a database. */
export function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^postgres(?:ql)?:$/.test(url.protocol) && url.hostname !== '' && url.pathname.length > 1
}

export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const allowed = words.length === 1 ? `${words[0]}, the only one in this version` : `one of ${words.join(', ')}`
  return z.enum(words, expecting(allowed)).register(fieldFacts, { allowed })
}

export function word(pattern: RegExp, allowed: string) {
  const rule = expecting(allowed)
  return z.string(rule).regex(pattern, rule).register(fieldFacts, { allowed })
}

export function listOf<Item extends z.ZodType>(item: Item, min: number) {
  const rule = expecting(min > 0 ? `a list of at least ${min}` : 'a list')
  return z.array(item, rule).min(min, rule)
}

/** A section of keys; any other key is refused. Left out, or left empty, it has its defaults. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => value ?? {}, entry(shape))
}

/** One item of a list of sections. */
export function entry<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'must be a section: indented lines of `key: value`' : undefined),
  })
}
