import { counted, defineTexts } from '../../texts/texts.ts'

/** Of email services and of what their domains have in common. */
export const emailTexts = defineTexts(
  {
    getStarted: 'Get started',
    getStartedIntro:
      'Mail is sent as a domain. Take one that is managed for you and ready at once, or bring your own and prove it by DNS records.',
    toDomains: 'Provision domains',
    toConnect: 'A verified domain is then connected to a communication service, under its Domains.',
    domainName: 'Domain name',
    domainType: 'Domain type',
    managed: 'Azure managed domain',
    custom: 'Custom domain',
    addManaged: 'Azure managed domain',
    addCustom: 'Custom domain',
    addCustomTitle: 'Add a custom domain',
    customHint: 'For example mail.contoso.com. It cannot be changed later.',
    managedTitle: 'Add an Azure managed domain?',
    managedText:
      'A name is made up for it. It is verified from the beginning and can be connected at once. An email service has one of them.',
    added: (domain: string) => `${domain} was added.`,
    noDomains: 'There are no domains yet.',
    verification: 'Verification',
    notVerified: 'Not verified',
    records: 'DNS records',
    statuses: { NotStarted: 'Not started', VerificationFailed: 'Failed', Verified: 'Verified' },
    lost: 'Verified, record lost',
    domainBreaks: (domain: string) =>
      `Nothing can be sent as ${domain} any more. Its sender usernames, suppression lists and DKIM keys are deleted with it.`,
    serviceBreaks:
      'Its domains are deleted with it, with their sender usernames, suppression lists and DKIM keys. Nothing can be sent as them any more.',
    losesDomains: (count: number) => counted(count, 'This domain is deleted:', 'These domains are deleted:'),
    linkedTo: (count: number) =>
      counted(
        count,
        'It is connected to this communication service, which must disconnect it first:',
        'It is connected to these communication services, which must disconnect it first:',
      ),
    notLinked: 'No communication service that you see is connected to it.',
    andMore: 'and more',
    stops: (count: number) =>
      counted(count, 'This sender address stops working:', 'These sender addresses stop working:'),
  },
  {
    getStarted: 'Erste Schritte',
    getStartedIntro:
      'E-Mails werden unter einer Domäne gesendet. Nehmen Sie eine, die für Sie verwaltet wird und sofort bereit ist, oder verwenden Sie Ihre eigene und weisen Sie sie durch DNS-Einträge nach.',
    toDomains: 'Domänen bereitstellen',
    toConnect: 'Eine überprüfte Domäne wird dann mit einem Kommunikationsdienst verbunden, unter dessen Domänen.',
    domainName: 'Domänenname',
    domainType: 'Domänentyp',
    managed: 'Von Azure verwaltete Domäne',
    custom: 'Benutzerdefinierte Domäne',
    addManaged: 'Von Azure verwaltete Domäne',
    addCustom: 'Benutzerdefinierte Domäne',
    addCustomTitle: 'Benutzerdefinierte Domäne hinzufügen',
    customHint: 'Zum Beispiel mail.contoso.com. Der Name kann später nicht geändert werden.',
    managedTitle: 'Von Azure verwaltete Domäne hinzufügen?',
    managedText:
      'Ihr Name wird erzeugt. Sie ist von Anfang an überprüft und kann sofort verbunden werden. Ein E-Mail-Dienst hat davon eine.',
    added: (domain) => `${domain} wurde hinzugefügt.`,
    noDomains: 'Es gibt noch keine Domänen.',
    verification: 'Überprüfung',
    notVerified: 'Nicht überprüft',
    records: 'DNS-Einträge',
    statuses: { NotStarted: 'Nicht begonnen', VerificationFailed: 'Fehlgeschlagen', Verified: 'Überprüft' },
    lost: 'Überprüft, Eintrag fehlt',
    domainBreaks: (domain) =>
      `Unter ${domain} kann nichts mehr gesendet werden. Ihre Absenderbenutzernamen, Unterdrückungslisten und DKIM-Schlüssel werden mitgelöscht.`,
    serviceBreaks:
      'Seine Domänen werden mitgelöscht, samt Absenderbenutzernamen, Unterdrückungslisten und DKIM-Schlüsseln. Unter ihnen kann nichts mehr gesendet werden.',
    losesDomains: (count) => counted(count, 'Diese Domäne wird gelöscht:', 'Diese Domänen werden gelöscht:'),
    linkedTo: (count) =>
      counted(
        count,
        'Verbunden mit diesem Kommunikationsdienst, der die Verbindung zuerst trennen muss:',
        'Verbunden mit diesen Kommunikationsdiensten, die die Verbindung zuerst trennen müssen:',
      ),
    notLinked: 'Kein für Sie sichtbarer Kommunikationsdienst ist damit verbunden.',
    andMore: 'und weitere',
    stops: (count) =>
      counted(
        count,
        'Diese Absenderadresse funktioniert nicht mehr:',
        'Diese Absenderadressen funktionieren nicht mehr:',
      ),
  },
)
