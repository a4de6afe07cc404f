// MTA-STS as text: the TXT record that announces a policy, the policy itself, and which hosts it names. Whoever wrote it is not trusted:
// what is not a policy in every part is none. It fetches nothing. RFC 8461 §3.1, §3.2, §4.1.

export type StsPolicy = {
  readonly mode: 'enforce' | 'testing' | 'none'
  /** In lower case: host names, or `*.` and a name. */
  readonly patterns: readonly string[]
  /** In seconds. */
  readonly maxAge: number
}

/** RFC 8461 §3.2: about one year. */
const MAX_AGE_LIMIT = 31_557_600
const PATTERN_LIMIT = 100
const PATTERN = /^(?=.{1,253}$)(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const ANNOUNCEMENT = /^v=STSv1[ \t]*;/
const ID = /(?:^|;)[ \t]*id[ \t]*=[ \t]*([A-Za-z0-9]{1,32})[ \t]*(?:;|$)/

/** The policy id, from the TXT records of `_mta-sts`; undefined when there is not exactly one that announces a policy. */
export function readStsAnnouncement(records: readonly string[]): string | undefined {
  const [announcement, ...others] = records.filter((record) => ANNOUNCEMENT.test(record))
  return announcement === undefined || others.length > 0 ? undefined : ID.exec(announcement)?.[1]
}

/** Undefined when the text is not a policy. Keys that are not known are passed over; of a key that is repeated the first counts. */
export function parseStsPolicy(text: string): StsPolicy | undefined {
  const pairs = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => /^[ \t]*([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line))
  if (pairs.includes(null)) return undefined
  const valuesOf = (key: string) => pairs.flatMap((pair) => (pair?.[1] === key ? [pair[2] ?? ''] : []))
  const [version] = valuesOf('version')
  const [mode] = valuesOf('mode')
  const [age = ''] = valuesOf('max_age')
  const patterns = valuesOf('mx').map((pattern) => pattern.toLowerCase().replace(/\.$/, ''))
  if (version !== 'STSv1' || !isMode(mode) || !/^[0-9]{1,10}$/.test(age)) return undefined
  if (patterns.length > PATTERN_LIMIT || !patterns.every((pattern) => PATTERN.test(pattern))) return undefined
  if (mode !== 'none' && patterns.length === 0) return undefined
  return { mode, patterns, maxAge: Math.min(Number(age), MAX_AGE_LIMIT) }
}

const isMode = (mode: string | undefined): mode is StsPolicy['mode'] =>
  mode === 'enforce' || mode === 'testing' || mode === 'none'

/** `host` is in lower case. The wildcard stands for exactly one label. */
export function matchesStsPolicy(patterns: readonly string[], host: string): boolean {
  const parent = host.slice(host.indexOf('.') + 1)
  return patterns.includes(host) || patterns.includes(`*.${parent}`)
}
