import { defineTexts } from '../../texts/texts.ts'

export const noRoleTexts = defineTexts(
  {
    title: 'You have no role yet',
    signedIn: 'You are signed in, but no role is assigned to you or to a group of yours, so there is nothing to see.',
    which: 'Which role is the right one depends on what you want to do:',
    roles:
      'Reader: see everything, change nothing\nContributor: manage resources, domains and SMTP usernames\nPostern Administrator: everything, app registrations, messages and the audit log included',
    who: 'Ask whoever runs this installation: an “Owner” or “Postern Administrator” assigns the role, under Access control (IAM) of the subscription, resource group or resource. Tell them this:',
    userName: 'User name',
    objectId: 'Object ID',
  },
  {
    title: 'Sie haben noch keine Rolle',
    signedIn:
      'Sie sind angemeldet, aber weder Ihnen noch einer Ihrer Gruppen ist eine Rolle zugewiesen. Deshalb gibt es hier nichts zu sehen.',
    which: 'Welche Rolle die richtige ist, hängt davon ab, was Sie tun möchten:',
    roles:
      'Leser: alles sehen, nichts ändern\nMitwirkender: Ressourcen, Domänen und SMTP-Benutzernamen verwalten\nPostern-Administrator: alles, auch App-Registrierungen, Nachrichten und das Überwachungsprotokoll',
    who: 'Wenden Sie sich an die Betreiber dieser Installation: Wer „Besitzer“ oder „Postern-Administrator“ ist, weist die Rolle unter „Zugriffssteuerung (IAM)“ des Abonnements, der Ressourcengruppe oder der Ressource zu. Nennen Sie dabei:',
    userName: 'Benutzername',
    objectId: 'Objekt-ID',
  },
)
