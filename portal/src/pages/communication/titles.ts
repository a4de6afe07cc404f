import { defineTexts } from '../../texts/texts.ts'

/** As they stand in the menu of a communication service. */
export const communicationTitles = {
  keys: defineTexts({ title: 'Keys' }, { title: 'Schlüssel' }),
  domains: defineTexts({ title: 'Domains' }, { title: 'Domänen' }),
  smtpUsernames: defineTexts({ title: 'SMTP Usernames' }, { title: 'SMTP-Benutzernamen' }),
  smtpSettings: defineTexts({ title: 'SMTP settings' }, { title: 'SMTP-Einstellungen' }),
  quotas: defineTexts({ title: 'Quotas' }, { title: 'Kontingente' }),
}
