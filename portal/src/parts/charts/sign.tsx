// The sign of a line, at its points and beside its name.

import { LOOKS, type Look } from './chart.ts'

export function Sign({ look, x, y }: { readonly look: Look; readonly x: number; readonly y: number }) {
  const { colour, sign } = LOOKS[look]
  const style = { fill: colour }
  if (sign === 'circle') return <circle cx={x} cy={y} r={3.5} style={style} />
  if (sign === 'square') return <rect x={x - 3} y={y - 3} width={6} height={6} style={style} />
  return <path d={`M${x},${y - 4}l4,7h-8z`} style={style} />
}

/** Beside a name: a piece of the line with its sign. */
export function SignOfSeries({ look }: { readonly look: Look }) {
  const { colour, dash } = LOOKS[look]
  return (
    <svg width={28} height={12} aria-hidden="true" focusable="false">
      <line x1={0} y1={6} x2={28} y2={6} strokeDasharray={dash} style={{ stroke: colour, strokeWidth: 2 }} />
      <Sign look={look} x={14} y={6} />
    </svg>
  )
}
