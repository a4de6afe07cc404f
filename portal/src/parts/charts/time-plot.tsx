// The drawing of lines over time: a grid with numbers, times below, and a rule at the point that is pointed at.

import { makeStyles, tokens } from '@fluentui/react-components'
import type { PointerEvent } from 'react'
import { labelled, pathThrough, type Point, ticksTo } from './scale.ts'
import { LOOKS, type Series, type TimeChartProps } from './chart.ts'
import { Sign } from './sign.tsx'

const HEIGHT = 180
const EDGE = { top: 8, right: 32, bottom: 22, left: 52 }
/** For a time below the axis. */
const LABEL_WIDTH = 84
/** With more points signs would hide the lines. */
const MOST_SIGNS = 32

const useStyles = makeStyles({
  plot: { display: 'block', touchAction: 'pan-y' },
  grid: { stroke: tokens.colorNeutralStroke2, strokeWidth: 1 },
  axis: { stroke: tokens.colorNeutralStroke1, strokeWidth: 1 },
  rule: { stroke: tokens.colorNeutralForeground3, strokeWidth: 1 },
  text: { fill: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
})

type PlotProps = TimeChartProps & {
  readonly width: number
  readonly label: string
  readonly pointed: number | undefined
  readonly onPoint: (index: number | undefined) => void
}

export function TimePlot({ width, label, pointed, onPoint, ...chart }: PlotProps) {
  const styles = useStyles()
  const { times, series, format, formatTick, isWhole } = chart
  const most = Math.max(0, ...series.flatMap(({ values }) => values.map((value = 0) => value)))
  const ticks = ticksTo(most, isWhole)
  const top = ticks.at(-1) ?? 1
  const right = width - EDGE.right
  const step = (right - EDGE.left) / Math.max(1, times.length - 1)
  const xOf = (index: number) => EDGE.left + index * step
  const yOf = (value: number) => EDGE.top + (1 - value / top) * (HEIGHT - EDGE.top - EDGE.bottom)
  const point = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>) => {
    const index = Math.round((clientX - currentTarget.getBoundingClientRect().left - EDGE.left) / step)
    onPoint(Math.min(times.length - 1, Math.max(0, index)))
  }
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={HEIGHT}
      className={styles.plot}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={() => onPoint(undefined)}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={EDGE.left}
            x2={right}
            y1={yOf(tick)}
            y2={yOf(tick)}
            className={tick === 0 ? styles.axis : styles.grid}
          />
          <text x={EDGE.left - 6} y={yOf(tick) + 4} textAnchor="end" className={styles.text}>
            {format(tick)}
          </text>
        </g>
      ))}
      {labelled(times.length, (right - EDGE.left) / LABEL_WIDTH).map((index) => (
        <text key={index} x={xOf(index)} y={HEIGHT - 6} textAnchor="middle" className={styles.text}>
          {formatTick(times[index] ?? '')}
        </text>
      ))}
      {pointed !== undefined && (
        <line x1={xOf(pointed)} x2={xOf(pointed)} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} className={styles.rule} />
      )}
      {series.map((one) => (
        <Line key={one.name} series={one} pointOf={(value, index) => ({ x: xOf(index), y: yOf(value) })} />
      ))}
    </svg>
  )
}

function Line(props: { readonly series: Series; readonly pointOf: (value: number, index: number) => Point }) {
  const { look, values } = props.series
  const points = values.map((value, index) => (value === undefined ? undefined : props.pointOf(value, index)))
  const isAlone = (index: number) => points[index - 1] === undefined && points[index + 1] === undefined
  return (
    <>
      <path
        d={pathThrough(points)}
        fill="none"
        strokeLinejoin="round"
        strokeDasharray={LOOKS[look].dash}
        style={{ stroke: LOOKS[look].colour, strokeWidth: 2 }}
      />
      {points.map(
        (point, index) =>
          point !== undefined &&
          (values.length <= MOST_SIGNS || isAlone(index)) && <Sign key={index} look={look} {...point} />,
      )}
    </>
  )
}
