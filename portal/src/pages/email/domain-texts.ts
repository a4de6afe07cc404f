import { defineTexts } from '../../texts/texts.ts'

export const domainTexts = defineTexts(
  {
    verificationStatus: 'Verification status',
    verified: 'Verified',
    notVerified: 'Not verified',
    connect: 'To send from it, connect it to a communication service, under its Domains.',
    managedNote: 'The records of this domain are managed for you: there is nothing to publish.',
    records: 'DNS records',
    recordsIntro:
      'Publish these records with the provider of your domain, then have them verified. A domain is verified, and can be connected, when Domain, SPF, DKIM and DKIM2 are. DMARC is recommended.',
    titles: {
      Domain: 'Domain (proof of ownership)',
      SPF: 'SPF',
      DKIM: 'DKIM',
      DKIM2: 'DKIM2',
      DMARC: 'DMARC (recommended)',
      MX: 'MX (recommended)',
    },
    verifyAll: 'Verify all',
    verify: 'Verify',
    verifyOne: (record: string) => `Verify ${record}`,
    verifying: (record: string) => `Looking for ${record} in the DNS`,
    lookAgain: 'Look in the DNS again',
    recordType: 'Type',
    recordName: 'Name',
    recordValue: 'Value',
    ttl: 'TTL (seconds)',
    zoneNote: 'The operator publishes this where it points to:',
    now: 'DNS now',
    looking: 'Looking in the DNS',
    asIssued: 'As it should be',
    different: 'Not as it should be',
    missing: 'Not there',
    unknown: 'Could not be looked up',
    seen: 'Found:',
    problems: {
      RecordNotFound:
        'There is no such record in the DNS yet. A new one can take as long as its TTL, sometimes a day, to be seen everywhere.',
      RecordMismatch:
        'There is a record, but with another value. Compare it character by character; some providers cut long values or add quotes.',
      MultipleRecords:
        'There are several such records where only one may be. Merge or remove the others; two SPF records invalidate each other.',
      DnsUnavailable: 'The name servers of the domain could not be reached. Try again later.',
      NullMx: 'The domain says that it takes no mail: replies and reports go nowhere.',
    },
    mxMissing: 'There is no MX record: replies and delivery reports to this domain cannot be delivered.',
    lost: (since: string, until: string) =>
      `The record is gone since ${since}. The domain counts as verified until ${until}, and then it does not unless the record is back.`,
    lastFailed: 'When it was last verified:',
  },
  {
    verificationStatus: 'Überprüfungsstatus',
    verified: 'Überprüft',
    notVerified: 'Nicht überprüft',
    connect: 'Um unter ihr zu senden, verbinden Sie sie mit einem Kommunikationsdienst, unter dessen Domänen.',
    managedNote: 'Die Einträge dieser Domäne werden für Sie verwaltet: Sie müssen nichts veröffentlichen.',
    records: 'DNS-Einträge',
    recordsIntro:
      'Veröffentlichen Sie diese Einträge beim Anbieter Ihrer Domäne und lassen Sie sie dann überprüfen. Eine Domäne ist überprüft und kann verbunden werden, wenn Domain, SPF, DKIM und DKIM2 es sind. DMARC wird empfohlen.',
    titles: {
      Domain: 'Domain (Nachweis des Besitzes)',
      SPF: 'SPF',
      DKIM: 'DKIM',
      DKIM2: 'DKIM2',
      DMARC: 'DMARC (empfohlen)',
      MX: 'MX (empfohlen)',
    },
    verifyAll: 'Alle überprüfen',
    verify: 'Überprüfen',
    verifyOne: (record) => `${record} überprüfen`,
    verifying: (record) => `${record} wird im DNS gesucht`,
    lookAgain: 'Erneut im DNS nachsehen',
    recordType: 'Typ',
    recordName: 'Name',
    recordValue: 'Wert',
    ttl: 'TTL (Sekunden)',
    zoneNote: 'Der Betreiber veröffentlicht dies am Ziel des Verweises:',
    now: 'DNS jetzt',
    looking: 'Im DNS wird nachgesehen',
    asIssued: 'Wie vorgesehen',
    different: 'Nicht wie vorgesehen',
    missing: 'Nicht vorhanden',
    unknown: 'Konnte nicht abgefragt werden',
    seen: 'Gefunden:',
    problems: {
      RecordNotFound:
        'Einen solchen Eintrag gibt es im DNS noch nicht. Bis ein neuer überall sichtbar ist, kann es so lange dauern wie seine TTL, manchmal einen Tag.',
      RecordMismatch:
        'Es gibt einen Eintrag, aber mit anderem Wert. Vergleichen Sie Zeichen für Zeichen; manche Anbieter kürzen lange Werte oder fügen Anführungszeichen hinzu.',
      MultipleRecords:
        'Es gibt mehrere solche Einträge, wo nur einer stehen darf. Führen Sie sie zusammen oder entfernen Sie die übrigen; zwei SPF-Einträge machen einander ungültig.',
      DnsUnavailable: 'Die Namenserver der Domäne waren nicht erreichbar. Versuchen Sie es später erneut.',
      NullMx: 'Die Domäne gibt an, keine E-Mails anzunehmen: Antworten und Berichte gehen ins Leere.',
    },
    mxMissing:
      'Es gibt keinen MX-Eintrag: Antworten und Zustellberichte an diese Domäne können nicht zugestellt werden.',
    lost: (since, until) =>
      `Der Eintrag fehlt seit ${since}. Die Domäne gilt bis ${until} als überprüft, danach nur, wenn der Eintrag wieder da ist.`,
    lastFailed: 'Bei der letzten Überprüfung:',
  },
)
