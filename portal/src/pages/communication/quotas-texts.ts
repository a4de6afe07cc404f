import { defineTexts } from '../../texts/texts.ts'

export const quotasTexts = defineTexts(
  {
    intro:
      'What may be sent in a minute, an hour and a day. An empty field is no limit. Above a limit, mail is refused for the time being.',
    ofDomain: 'They hold for everything that is sent as this domain, whoever sends it.',
    ofService: 'They hold for everything that is sent through this communication service.',
    fromConfiguration: 'Nothing is set here: this is what the configuration of the service says for everybody.',
    fromHere: 'Set here, in place of what the configuration says.',
    units: { messages: 'Messages', recipients: 'Recipients' },
    windows: { minute: 'per minute', hour: 'per hour', day: 'per day' },
    usage: 'Use now',
    noLimit: 'Nothing limits how much is sent.',
    used: (used: string, limit: string) => `${used} of ${limit}`,
    resets: (when: string) => `reset ${when}`,
    save: 'Save',
    saved: 'The quota was saved.',
    remove: 'Remove',
    removeTitle: 'Remove the quota?',
    removeBreaks:
      'The limits that are set here end at once. What the configuration says holds again, which may be more or less.',
    removed: 'The quota was removed.',
    invalid: 'A whole number from 0 to 1,000,000,000',
    zero: 'A limit of 0 refuses everything.',
  },
  {
    intro:
      'Was in einer Minute, einer Stunde und einem Tag gesendet werden darf. Ein leeres Feld bedeutet keine Begrenzung. Oberhalb einer Grenze werden E-Mails vorläufig abgewiesen.',
    ofDomain: 'Sie gelten für alles, was unter dieser Domäne gesendet wird, gleich von wem.',
    ofService: 'Sie gelten für alles, was über diesen Kommunikationsdienst gesendet wird.',
    fromConfiguration: 'Hier ist nichts festgelegt: Dies gilt laut Konfiguration des Dienstes für alle.',
    fromHere: 'Hier festgelegt, anstelle dessen, was die Konfiguration vorgibt.',
    units: { messages: 'Nachrichten', recipients: 'Empfänger' },
    windows: { minute: 'pro Minute', hour: 'pro Stunde', day: 'pro Tag' },
    usage: 'Aktuelle Nutzung',
    noLimit: 'Nichts begrenzt, wie viel gesendet wird.',
    used: (used, limit) => `${used} von ${limit}`,
    resets: (when) => `Zurücksetzung ${when}`,
    save: 'Speichern',
    saved: 'Das Kontingent wurde gespeichert.',
    remove: 'Entfernen',
    removeTitle: 'Kontingent entfernen?',
    removeBreaks:
      'Die hier festgelegten Grenzen enden sofort. Es gilt wieder, was die Konfiguration vorgibt; das kann mehr oder weniger sein.',
    removed: 'Das Kontingent wurde entfernt.',
    invalid: 'Eine ganze Zahl von 0 bis 1.000.000.000',
    zero: 'Eine Grenze von 0 weist alles ab.',
  },
)
