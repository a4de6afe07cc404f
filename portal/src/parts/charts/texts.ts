import { defineTexts } from '../../texts/texts.ts'

export const chartTexts = defineTexts(
  { time: 'Time', asTable: 'Show as a table', nothing: 'Nothing happened in this period.' },
  { time: 'Zeit', asTable: 'Als Tabelle anzeigen', nothing: 'In diesem Zeitraum ist nichts geschehen.' },
)
