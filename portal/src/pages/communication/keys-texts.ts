import { defineTexts } from '../../texts/texts.ts'

export const keysTexts = defineTexts(
  {
    intro:
      'Access keys authenticate programs that send by the email API (HTTPS). SMTP logins do not use them: their password is a client secret of an application.',
    endpoint: 'Endpoint',
    primary: 'Primary key',
    secondary: 'Secondary key',
    key: 'Key',
    connectionString: 'Connection string',
    regenerate: 'Regenerate',
    regenerateTitles: { Primary: 'Regenerate the primary key?', Secondary: 'Regenerate the secondary key?' },
    breaks: {
      Primary:
        'Every program that uses the primary key or its connection string is refused from this moment on, until it has the new one.',
      Secondary:
        'Every program that uses the secondary key or its connection string is refused from this moment on, until it has the new one.',
    },
    safeWay: 'To change keys without an interruption, first let all programs use the other key.',
    smtpStays: 'Devices that sign in over SMTP are not affected.',
    regenerated: 'The key was regenerated.',
  },
  {
    intro:
      'Zugriffsschlüssel authentifizieren Programme, die über die E-Mail-API (HTTPS) senden. SMTP-Anmeldungen verwenden sie nicht: Deren Kennwort ist ein geheimer Clientschlüssel einer Anwendung.',
    endpoint: 'Endpunkt',
    primary: 'Primärer Schlüssel',
    secondary: 'Sekundärer Schlüssel',
    key: 'Schlüssel',
    connectionString: 'Verbindungszeichenfolge',
    regenerate: 'Neu generieren',
    regenerateTitles: {
      Primary: 'Primären Schlüssel neu generieren?',
      Secondary: 'Sekundären Schlüssel neu generieren?',
    },
    breaks: {
      Primary:
        'Jedes Programm, das den primären Schlüssel oder dessen Verbindungszeichenfolge verwendet, wird ab sofort abgewiesen, bis es den neuen hat.',
      Secondary:
        'Jedes Programm, das den sekundären Schlüssel oder dessen Verbindungszeichenfolge verwendet, wird ab sofort abgewiesen, bis es den neuen hat.',
    },
    safeWay:
      'Um Schlüssel ohne Unterbrechung zu wechseln, lassen Sie zuerst alle Programme den anderen Schlüssel verwenden.',
    smtpStays: 'Geräte, die sich über SMTP anmelden, sind nicht betroffen.',
    regenerated: 'Der Schlüssel wurde neu generiert.',
  },
)
