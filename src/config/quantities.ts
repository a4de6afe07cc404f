// Durations and sizes as people write them: `15s`, `30d`, `25MiB`. One number and one unit; a duration without a unit is refused,
// because `idle: 300` would be guessed as seconds by one reader and as milliseconds by another.

const DURATION_UNITS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])
const SIZE_UNITS = new Map([
  ['', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
])

/** Milliseconds, or undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, DURATION_UNITS)
}

/** Octets, or undefined when the text is not a size. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, SIZE_UNITS)
}

function parseQuantity(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const match = /^([0-9]{1,9}) ?([A-Za-z]{0,3})$/.exec(text)
  const factor = units.get(match?.[2] ?? '')
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor
}
