import { counted, defineTexts } from '../../texts/texts.ts'

export const smtpUsernamesTexts = defineTexts(
  {
    intro:
      'A short name that a device signs in with instead of the three-part form. It stands for a Microsoft Entra application; the password is a client secret of that application.',
    add: 'Add SMTP Username',
    username: 'SMTP Username',
    application: 'Entra application',
    defaultFrom: 'Default sender',
    noDefault: 'None',
    status: 'Status',
    ready: 'Ready to use',
    notReady: 'Not ready to use',
    unavailable: 'Cannot be checked now',
    notSeen: 'Shows only at a login',
    why: 'Why?',
    whyOf: (username: string) => `Why is ${username} not ready?`,
    hidden: 'Not for you to see',
    noSecret: 'The application has no client secret and no device password that could be its password',
    details: 'What the service found, step by step',
    usernameHint: 'Free text, or an e-mail address of a connected domain. Leave it empty to have a short one made up.',
    applicationHint:
      'Applications that have a role on this resource or above it. For any other, enter its application (client) ID; it also needs a role to send.',
    noApplications: 'No application has a role here',
    defaultFromHint:
      'Mail of a device that uses an address it may not use, or none, goes out as this address. Most applications need none.',
    added: (username: string) => `The SMTP username ${username} was added.`,
    deleteRow: (username: string) => `Delete ${username}`,
    deleteTitle: (username: string) => `Delete the SMTP username ${username}?`,
    deleted: (username: string) => `The SMTP username ${username} was deleted.`,
    breaks: 'Devices that sign in with this name are refused at once. Their application, its secret and its role stay.',
    used: (secrets: number) =>
      counted(
        secrets,
        'A password was last used with this name:',
        `${secrets} passwords were last used with this name:`,
      ),
    use: (name: string, when: string, network: string) => `${name}: ${when}, from ${network}`,
    notUsed: 'No password of the application was last used with this name.',
    empty: 'There are no SMTP usernames. Devices sign in with the three-part form.',
  },
  {
    intro:
      'Ein kurzer Name, mit dem sich ein Gerät statt mit der dreiteiligen Form anmeldet. Er steht für eine Microsoft Entra-Anwendung; das Kennwort ist ein geheimer Clientschlüssel dieser Anwendung.',
    add: 'SMTP-Benutzernamen hinzufügen',
    username: 'SMTP-Benutzername',
    application: 'Entra-Anwendung',
    defaultFrom: 'Standardabsender',
    noDefault: 'Keiner',
    status: 'Status',
    ready: 'Einsatzbereit',
    notReady: 'Nicht einsatzbereit',
    unavailable: 'Derzeit nicht prüfbar',
    notSeen: 'Zeigt sich erst bei der Anmeldung',
    why: 'Warum?',
    whyOf: (username) => `Warum ist ${username} nicht einsatzbereit?`,
    hidden: 'Für Sie nicht sichtbar',
    noSecret:
      'Die Anwendung hat weder einen geheimen Clientschlüssel noch ein Gerätekennwort, das als Kennwort dienen könnte',
    details: 'Was der Dienst festgestellt hat, Schritt für Schritt (Englisch)',
    usernameHint:
      'Freier Text oder eine E-Mail-Adresse einer verbundenen Domäne. Bleibt das Feld leer, wird ein kurzer Name erzeugt.',
    applicationHint:
      'Anwendungen, die für diese Ressource oder darüber eine Rolle haben. Für jede andere geben Sie deren Anwendungs-ID (Client-ID) ein; auch sie braucht zum Senden eine Rolle.',
    noApplications: 'Keine Anwendung hat hier eine Rolle',
    defaultFromHint:
      'E-Mails eines Geräts, das eine nicht erlaubte oder gar keine Adresse angibt, gehen unter dieser Adresse hinaus. Die meisten Anwendungen brauchen keine.',
    added: (username) => `Der SMTP-Benutzername ${username} wurde hinzugefügt.`,
    deleteRow: (username) => `${username} löschen`,
    deleteTitle: (username) => `SMTP-Benutzernamen ${username} löschen?`,
    deleted: (username) => `Der SMTP-Benutzername ${username} wurde gelöscht.`,
    breaks:
      'Geräte, die sich mit diesem Namen anmelden, werden sofort abgewiesen. Ihre Anwendung, deren geheimer Schlüssel und Rolle bleiben bestehen.',
    used: (secrets) =>
      counted(
        secrets,
        'Ein Kennwort wurde zuletzt mit diesem Namen verwendet:',
        `${secrets} Kennwörter wurden zuletzt mit diesem Namen verwendet:`,
      ),
    use: (name, when, network) => `${name}: ${when}, von ${network}`,
    notUsed: 'Kein Kennwort der Anwendung wurde zuletzt mit diesem Namen verwendet.',
    empty: 'Es gibt keine SMTP-Benutzernamen. Geräte melden sich mit der dreiteiligen Form an.',
  },
)
