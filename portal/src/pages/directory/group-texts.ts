import { defineTexts } from '../../texts/texts.ts'

export const groupTexts = defineTexts(
  {
    kind: 'Group',
    newGroup: 'New group',
    create: 'Create',
    created: 'The group was created',
    hint: 'A role that is assigned to a group holds for all its members, those of nested groups included.',
    members: 'Members',
    addMembers: 'Add members',
    membersAdded: 'The members were added',
    memberRemoved: 'The member was removed',
    removeText: (name: string) =>
      `${name} loses the roles of the group at once. If it sends mail by one of them, its next message is refused.`,
    delete: 'Delete group',
    deleteTitle: (name: string) => `Delete the group ${name}?`,
    deleteText:
      'Its members stay, but lose the roles of the group at once: who sends mail by one of them is refused at the next message.',
  },
  {
    kind: 'Gruppe',
    newGroup: 'Neue Gruppe',
    create: 'Erstellen',
    created: 'Die Gruppe wurde erstellt',
    hint: 'Eine Rolle, die einer Gruppe zugewiesen ist, gilt für alle ihre Mitglieder, auch für die von geschachtelten Gruppen.',
    members: 'Mitglieder',
    addMembers: 'Mitglieder hinzufügen',
    membersAdded: 'Die Mitglieder wurden hinzugefügt',
    memberRemoved: 'Das Mitglied wurde entfernt',
    removeText: (name) =>
      `${name} verliert die Rollen der Gruppe sofort. Was durch eine davon E-Mails sendet, wird bei der nächsten Nachricht abgewiesen.`,
    delete: 'Gruppe löschen',
    deleteTitle: (name) => `Gruppe ${name} löschen?`,
    deleteText:
      'Ihre Mitglieder bleiben bestehen, verlieren aber die Rollen der Gruppe sofort: Wer durch eine davon E-Mails sendet, wird bei der nächsten Nachricht abgewiesen.',
  },
)
