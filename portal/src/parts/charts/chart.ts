// What a chart of lines over time is given, and how its lines are told apart: by colour, by how they are drawn, and by the sign at their
// points. The colours are the theme's, so they are as clear in the dark.

import { tokens } from '@fluentui/react-components'

export const LOOKS = {
  main: { colour: tokens.colorBrandForeground1, dash: undefined, sign: 'circle' },
  good: { colour: tokens.colorPaletteGreenForeground1, dash: '7 3', sign: 'square' },
  bad: { colour: tokens.colorPaletteRedForeground1, dash: '2 3', sign: 'triangle' },
} as const
export type Look = keyof typeof LOOKS

export type Series = {
  readonly name: string
  readonly look: Look
  /** One for each time; undefined where nothing is known. */
  readonly values: readonly (number | undefined)[]
}

export type TimeChartProps = {
  readonly title: string
  /** What it shows, in a sentence, for who does not see it. */
  readonly summary: string
  readonly times: readonly string[]
  readonly series: readonly Series[]
  readonly format: (value: number) => string
  readonly formatTime: (time: string) => string
  /** Shorter, for the axis. */
  readonly formatTick: (time: string) => string
  readonly isWhole?: boolean
}

export const valueText = (value: number | undefined, format: (value: number) => string): string =>
  value === undefined ? '–' : format(value)
