import { counted, defineTexts } from '../../texts/texts.ts'

export const subscriptionTexts = defineTexts(
  {
    edit: 'Edit',
    rotate: 'Rotate secret',
    rotateHint:
      'A new secret is made. For the time that you choose, requests are signed with the old one as well, so that receivers can be changed without losing an event.',
    overlap: 'Sign with the old secret as well for',
    overlaps: {
      0: 'no time: it ends at once',
      3600: '1 hour',
      86400: '24 hours',
      604800: '7 days',
      2592000: '30 days',
    },
    atOnce: 'Receivers that still check with the old secret refuse every event from now on.',
    newSecret: 'New secret',
    secretOnce: 'Copy the secret now: it is not shown again.',
    endOld: 'End old secrets',
    endOldTitle: 'End the old secrets?',
    endOldBreaks:
      'From now on requests are signed with the newest secret only. Receivers that still check with an old one refuse every event.',
    ended: 'The old secrets have ended.',
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteBreaks: (endpoint: string) =>
      `${endpoint} is not told of events any more. What waits to be sent is dropped, and so are the dead letters and the attempts.`,
    deleted: (name: string) => `${name} was deleted.`,
    deliveries: 'Deliveries',
    deliveryStates: { '': 'All', pending: 'Waiting', delivered: 'Delivered', dead: 'Dead letters' },
    deliveryState: { pending: 'Waiting', delivered: 'Delivered', dead: 'Given up' },
    event: 'Event',
    subject: 'Subject',
    status: 'State',
    time: 'Time',
    attempts: 'Attempts',
    attemptCount: (count: number) => counted(count, '1 attempt', `${count} attempts`),
    nextAttempt: 'Next attempt',
    noAttempts: 'It was not tried yet.',
    httpStatus: (status: number) => `HTTP ${status}`,
    selectAll: 'Select all that are shown',
    select: (subject: string) => `Select ${subject}`,
    replaySelected: (count: number) =>
      count === 0 ? 'Replay selected' : counted(count, 'Replay 1 event', `Replay ${count} events`),
    replayDead: 'Replay all dead letters',
    replayTitle: 'Replay all dead letters?',
    replayBreaks:
      'Every event that was given up is sent again, one at a time. A receiver that has seen some of them gets those twice, with the same webhook-id.',
    replaying: (count: string) => `Replayed so far: ${count}`,
    replayed: (count: number) => counted(count, '1 event is sent again.', `${count} events are sent again.`),
  },
  {
    edit: 'Bearbeiten',
    rotate: 'Geheimnis rotieren',
    rotateHint:
      'Ein neues Geheimnis wird erzeugt. Für die gewählte Zeit wird zusätzlich mit dem alten signiert, sodass Empfänger umgestellt werden können, ohne ein Ereignis zu verlieren.',
    overlap: 'Zusätzlich mit dem alten Geheimnis signieren für',
    overlaps: {
      0: 'keine Zeit: Es endet sofort',
      3600: '1 Stunde',
      86400: '24 Stunden',
      604800: '7 Tage',
      2592000: '30 Tage',
    },
    atOnce: 'Empfänger, die noch mit dem alten Geheimnis prüfen, weisen ab sofort jedes Ereignis ab.',
    newSecret: 'Neues Geheimnis',
    secretOnce: 'Kopieren Sie das Geheimnis jetzt: Es wird nicht noch einmal angezeigt.',
    endOld: 'Alte Geheimnisse beenden',
    endOldTitle: 'Alte Geheimnisse beenden?',
    endOldBreaks:
      'Ab sofort wird nur noch mit dem neuesten Geheimnis signiert. Empfänger, die noch mit einem alten prüfen, weisen jedes Ereignis ab.',
    ended: 'Die alten Geheimnisse sind beendet.',
    deleteTitle: (name) => `${name} löschen?`,
    deleteBreaks: (endpoint) =>
      `${endpoint} erfährt nichts mehr von Ereignissen. Was noch gesendet werden sollte, wird verworfen, ebenso die aufgegebenen Zustellungen und ihre Versuche.`,
    deleted: (name) => `${name} wurde gelöscht.`,
    deliveries: 'Zustellungen',
    deliveryStates: { '': 'Alle', pending: 'Wartend', delivered: 'Zugestellt', dead: 'Aufgegeben' },
    deliveryState: { pending: 'Wartend', delivered: 'Zugestellt', dead: 'Aufgegeben' },
    event: 'Ereignis',
    subject: 'Betreff',
    status: 'Zustand',
    time: 'Zeit',
    attempts: 'Versuche',
    attemptCount: (count) => counted(count, '1 Versuch', `${count} Versuche`),
    nextAttempt: 'Nächster Versuch',
    noAttempts: 'Es wurde noch nicht versucht.',
    httpStatus: (status) => `HTTP ${status}`,
    selectAll: 'Alle angezeigten auswählen',
    select: (subject) => `${subject} auswählen`,
    replaySelected: (count) =>
      count === 0
        ? 'Ausgewählte erneut senden'
        : counted(count, '1 Ereignis erneut senden', `${count} Ereignisse erneut senden`),
    replayDead: 'Alle aufgegebenen erneut senden',
    replayTitle: 'Alle aufgegebenen erneut senden?',
    replayBreaks:
      'Jedes aufgegebene Ereignis wird erneut gesendet, eines nach dem anderen. Ein Empfänger, der einige davon schon kennt, erhält diese doppelt, mit derselben webhook-id.',
    replaying: (count) => `Bisher erneut gesendet: ${count}`,
    replayed: (count) =>
      counted(count, '1 Ereignis wird erneut gesendet.', `${count} Ereignisse werden erneut gesendet.`),
  },
)
