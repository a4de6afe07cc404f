// Where things are drawn in a chart: round numbers for its axes, and lines through what is known. Pure.

/** Round steps from 0 up to the first that is no less than `most`; at most five. */
export function ticksTo(most: number, isWhole = false): readonly number[] {
  if (most <= 0) return [0, 1]
  const rough = most / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((digit) => digit * power).find((one) => one >= rough) ?? 10 * power
  const used = isWhole ? Math.max(1, Math.ceil(step)) : step
  const count = Math.ceil(most / used - 1e-9)
  return Array.from({ length: count + 1 }, (_none, index) => index * used)
}

/** Those of hours make days. */
const LABEL_STEPS = [1, 2, 3, 4, 6, 12, 24, 48, 72, 168]

/** Indexes of points that get a label: the last one first, since that is now, then back in equal steps. */
export function labelled(count: number, room: number): readonly number[] {
  const least = count / Math.max(1, room)
  const step = LABEL_STEPS.find((one) => one >= least) ?? Math.ceil(least)
  return Array.from({ length: Math.ceil(count / step) }, (_none, index) => count - 1 - index * step).reverse()
}

export type Point = { readonly x: number; readonly y: number }

/** A line breaks where nothing is known. */
export function pathThrough(points: readonly (Point | undefined)[]): string {
  let isDrawing = false
  return points
    .flatMap((point) => {
      const command = isDrawing ? 'L' : 'M'
      isDrawing = point !== undefined
      return point === undefined ? [] : [`${command}${point.x.toFixed(1)},${point.y.toFixed(1)}`]
    })
    .join('')
}
