import { defineTexts } from '../../texts/texts.ts'

/** What changing an event subscription says, and asking its endpoint again. */
export const editTexts = defineTexts(
  {
    title: (name: string) => `Edit ${name}`,
    endpoint: 'Endpoint',
    types: 'Event types',
    urlHint: (url: string) =>
      `Leave it empty and events go on to ${url} as before. What is behind “?” is kept secret, also from you.`,
    replaceHeaders: (names: string) => `Replace the headers that are sent along (${names})`,
    askedAgain:
      'The endpoint is asked again whether it wants events. Until it agrees nothing is sent, and events wait; if it refuses, everything stays as it is.',
    saved: (name: string) => `${name} was saved.`,
    askAgain: 'Send the validation again',
    agreed: 'The endpoint agreed. Events are sent from now on.',
    asked: 'The validation was sent again.',
  },
  {
    title: (name) => `${name} bearbeiten`,
    endpoint: 'Endpunkt',
    types: 'Ereignistypen',
    urlHint: (url) =>
      `Bleibt das Feld leer, gehen Ereignisse weiterhin an ${url}. Was hinter „?“ steht, bleibt geheim, auch vor Ihnen.`,
    replaceHeaders: (names) => `Mitgesendete Header ersetzen (${names})`,
    askedAgain:
      'Der Endpunkt wird erneut gefragt, ob er Ereignisse möchte. Bis er zustimmt, wird nichts gesendet, und Ereignisse warten; lehnt er ab, bleibt alles, wie es ist.',
    saved: (name) => `${name} wurde gespeichert.`,
    askAgain: 'Überprüfung erneut senden',
    agreed: 'Der Endpunkt hat zugestimmt. Ab sofort werden Ereignisse gesendet.',
    asked: 'Die Überprüfung wurde erneut gesendet.',
  },
)
