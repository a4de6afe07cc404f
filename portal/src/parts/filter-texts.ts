import { defineTexts } from '../texts/texts.ts'

export const filterTexts = defineTexts(
  {
    clear: 'Clear filters',
    period: 'Period',
    anyTime: 'Any time',
    lastHour: 'Last hour',
    lastDay: 'Last 24 hours',
    lastWeek: 'Last 7 days',
    ownPeriod: 'Own period',
    since: 'From',
    until: 'To',
  },
  {
    clear: 'Filter zurücksetzen',
    period: 'Zeitraum',
    anyTime: 'Beliebig',
    lastHour: 'Letzte Stunde',
    lastDay: 'Letzte 24 Stunden',
    lastWeek: 'Letzte 7 Tage',
    ownPeriod: 'Eigener Zeitraum',
    since: 'Von',
    until: 'Bis',
  },
)
