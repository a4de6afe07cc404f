import { defineTexts } from '../../texts/texts.ts'

export const holdsTexts = defineTexts(
  {
    none: 'Nothing is held.',
    what: 'What is held',
    everything: 'Everything',
    message: (id: string) => `Message ${id}`,
    application: (name: string) => `Application ${name}`,
    sender: (address: string) => `Sender ${address}`,
    destination: (domain: string) => `Destination ${domain}`,
    reason: 'Reason',
    since: 'Since',
    by: 'By',
    parked: 'Messages',
    parkedMore: 'more than 1,000',
    add: 'Add hold',
    addTitle: 'Add hold',
    addWhat:
      'Fill in what is to be held. Everything that is filled in must fit; leave all of it empty to hold everything.',
    next: 'Continue',
  },
  {
    none: 'Nichts ist angehalten.',
    what: 'Was angehalten ist',
    everything: 'Alles',
    message: (id) => `Nachricht ${id}`,
    application: (name) => `Anwendung ${name}`,
    sender: (address) => `Absender ${address}`,
    destination: (domain) => `Ziel ${domain}`,
    reason: 'Grund',
    since: 'Seit',
    by: 'Von',
    parked: 'Nachrichten',
    parkedMore: 'mehr als 1.000',
    add: 'Haltevorgang hinzufügen',
    addTitle: 'Haltevorgang hinzufügen',
    addWhat:
      'Geben Sie an, was angehalten werden soll. Alles Angegebene muss zutreffen; lassen Sie alles leer, um alles anzuhalten.',
    next: 'Fortfahren',
  },
)

export const destinationsTexts = defineTexts(
  {
    intro:
      'How fast each destination is sent to, the most troubled first. They are forgotten soon after mail flows again.',
    none: 'No destination is troubled, or was sent to lately.',
    destination: 'Destination',
    state: 'State',
    paused: 'Paused',
    until: (time: string) => `until ${time}`,
    flowing: 'Open',
    troubled: 'Slowed down',
    window: 'Most connections',
    connections: 'Connections',
    failures: 'Failures in a row',
    lastReply: 'Last reply',
    updated: 'Changed',
  },
  {
    intro:
      'Wie schnell an jedes Ziel gesendet wird, die schwierigsten zuerst. Sie werden bald vergessen, wenn die Zustellung wieder läuft.',
    none: 'Kein Ziel macht Schwierigkeiten, oder es wurde länger nichts gesendet.',
    destination: 'Ziel',
    state: 'Zustand',
    paused: 'Pause',
    until: (time) => `bis ${time}`,
    flowing: 'Offen',
    troubled: 'Verlangsamt',
    window: 'Höchstens Verbindungen',
    connections: 'Verbindungen',
    failures: 'Fehler in Folge',
    lastReply: 'Letzte Antwort',
    updated: 'Geändert',
  },
)
