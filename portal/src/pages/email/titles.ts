import { defineTexts } from '../../texts/texts.ts'

/** As they stand in the menus of email services and domains. */
export const emailTitles = {
  provisionDomains: defineTexts({ title: 'Provision domains' }, { title: 'Domänen bereitstellen' }),
  mailFrom: defineTexts({ title: 'MailFrom addresses' }, { title: 'MailFrom-Adressen' }),
  suppressionLists: defineTexts({ title: 'Suppression lists' }, { title: 'Unterdrückungslisten' }),
  settings: defineTexts({ title: 'Settings' }, { title: 'Einstellungen' }),
}
