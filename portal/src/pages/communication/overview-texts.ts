import { counted, defineTexts } from '../../texts/texts.ts'

export const overviewTexts = defineTexts(
  {
    endpoint: 'Endpoint',
    connectedDomains: 'Connected domains',
    firstSteps: 'First steps',
    firstStepsIntro: 'What a device needs before it can send.',
    done: 'Done',
    missing: 'Missing',
    optional: 'Optional',
    unknown: 'Not visible to you',
    steps: {
      domain: 'A verified domain is connected',
      application: 'An application has a role here',
      secret: 'The application has a client secret that is still valid',
      username: 'A short SMTP username, where the field of a device is too short',
    },
    links: {
      domain: 'Domains',
      application: 'Access control (IAM)',
      secret: 'App registrations',
      username: 'SMTP Usernames',
    },
    ready: 'Everything is there: SMTP settings tells what to type into the device.',
    toSettings: 'SMTP settings',
    assistant: 'The assistant goes through all of it on one page:',
    toAssistant: 'Set up a device',
    breaks:
      'Devices and programs that sign in to this communication service are refused at once: by SMTP, and by the email API with its keys.',
    takes: (usernames: number) =>
      counted(usernames, 'Its SMTP username goes with it.', `Its ${usernames} SMTP usernames go with it.`),
    takesMany: (usernames: number) => `Its SMTP usernames go with it, more than ${usernames}.`,
    stops: (count: number) =>
      counted(count, 'This sender address stops working here:', 'These sender addresses stop working here:'),
    rolesGo: 'Role assignments on it are removed. Applications, their secrets and the domains stay.',
    andMore: (count: number) => counted(count, 'and 1 more', `and ${count} more`),
  },
  {
    endpoint: 'Endpunkt',
    connectedDomains: 'Verbundene Domänen',
    firstSteps: 'Erste Schritte',
    firstStepsIntro: 'Was ein Gerät braucht, bevor es senden kann.',
    done: 'Erledigt',
    missing: 'Fehlt',
    optional: 'Optional',
    unknown: 'Für Sie nicht sichtbar',
    steps: {
      domain: 'Eine überprüfte Domäne ist verbunden',
      application: 'Eine Anwendung hat hier eine Rolle',
      secret: 'Die Anwendung hat einen noch gültigen geheimen Clientschlüssel',
      username: 'Ein kurzer SMTP-Benutzername, wenn das Feld eines Geräts zu kurz ist',
    },
    links: {
      domain: 'Domänen',
      application: 'Zugriffssteuerung (IAM)',
      secret: 'App-Registrierungen',
      username: 'SMTP-Benutzernamen',
    },
    ready: 'Alles ist da: Die SMTP-Einstellungen sagen, was in das Gerät eingegeben wird.',
    toSettings: 'SMTP-Einstellungen',
    assistant: 'Der Assistent führt auf einer Seite durch alles:',
    toAssistant: 'Gerät einrichten',
    breaks:
      'Geräte und Programme, die sich bei diesem Kommunikationsdienst anmelden, werden sofort abgewiesen: über SMTP und über die E-Mail-API mit seinen Schlüsseln.',
    takes: (usernames) =>
      counted(
        usernames,
        'Sein SMTP-Benutzername wird mitgelöscht.',
        `Seine ${usernames} SMTP-Benutzernamen werden mitgelöscht.`,
      ),
    takesMany: (usernames) => `Seine SMTP-Benutzernamen, mehr als ${usernames}, werden mitgelöscht.`,
    stops: (count) =>
      counted(
        count,
        'Diese Absenderadresse funktioniert hier nicht mehr:',
        'Diese Absenderadressen funktionieren hier nicht mehr:',
      ),
    rolesGo:
      'Die Rollenzuweisungen dafür werden entfernt. Anwendungen, deren geheime Schlüssel und die Domänen bleiben.',
    andMore: (count) => counted(count, 'und 1 weitere', `und ${count} weitere`),
  },
)
