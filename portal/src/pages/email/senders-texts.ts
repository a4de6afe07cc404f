import { defineTexts } from '../../texts/texts.ts'

export const sendersTexts = defineTexts(
  {
    intro: 'The sender addresses of this domain. Mail may come from these only.',
    address: 'MailFrom address',
    username: 'Sender username',
    displayName: 'Display name',
    add: 'Add MailFrom address',
    usernameHint: 'The part before the @, for example invoices.',
    displayNameHint: 'What recipients see beside the address.',
    added: (address: string) => `${address} was added.`,
    none: 'There are no sender addresses, so nothing can be sent as this domain.',
    deleteRow: (address: string) => `Delete ${address}`,
    deleteTitle: (address: string) => `Delete ${address}?`,
    deleted: (address: string) => `${address} was deleted.`,
    breaks:
      'Devices and programs that send as this address are refused at the next message, through every connected communication service.',
    queued: 'Messages that were accepted already are still delivered.',
  },
  {
    intro: 'Die Absenderadressen dieser Domäne. E-Mails dürfen nur von diesen kommen.',
    address: 'MailFrom-Adresse',
    username: 'Absenderbenutzername',
    displayName: 'Anzeigename',
    add: 'MailFrom-Adresse hinzufügen',
    usernameHint: 'Der Teil vor dem @, zum Beispiel rechnungen.',
    displayNameHint: 'Was Empfänger neben der Adresse sehen.',
    added: (address) => `${address} wurde hinzugefügt.`,
    none: 'Es gibt keine Absenderadressen, daher kann unter dieser Domäne nichts gesendet werden.',
    deleteRow: (address) => `${address} löschen`,
    deleteTitle: (address) => `${address} löschen?`,
    deleted: (address) => `${address} wurde gelöscht.`,
    breaks:
      'Geräte und Programme, die unter dieser Adresse senden, werden bei der nächsten Nachricht abgewiesen, über jeden verbundenen Kommunikationsdienst.',
    queued: 'Bereits angenommene Nachrichten werden noch zugestellt.',
  },
)
