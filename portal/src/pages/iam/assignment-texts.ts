// What the list of role assignments, the form of a new one, and the removal say.

import { counted, defineTexts } from '../../texts/texts.ts'

export const assignmentTexts = defineTexts(
  {
    intro: 'Who holds which role here. What is assigned above is inherited.',
    search: 'Search by name or id',
    steps: { role: 'Role', members: 'Members', review: 'Review + assign' },
    roleIntro: 'A role definition is a collection of permissions. Choose the one to assign.',
    chosenRole: 'Selected role',
    noRole: 'No role is selected yet.',
    details: 'Details',
    viewRole: (name: string) => `View details of ${name}`,
    assignTo: 'Assign access to',
    someone: 'User, group, or service principal',
    members: 'Members',
    selectMembers: 'Select members',
    noMembers: 'No members are selected yet.',
    assigned: (count: number) => `${count} role ${counted(count, 'assignment was', 'assignments were')} added.`,
    noneFound: 'No role assignment matches.',
    tooMany: 'The search finds more principals than can be looked at together. Search for a longer part of the name.',
    remove: (name: string) => `Remove: ${name}`,
    removeTitle: 'Remove this role assignment?',
    removed: 'The role assignment was removed.',
    loses: (name: string, role: string) => `“${name}” loses the role “${role}”.`,
    inheritedFrom: (scope: string) =>
      `It is inherited: it is removed at ${scope}, and so from everything that is below.`,
    selectAll: 'Select all that are shown',
    select: (name: string, role: string) => `Select ${name}, ${role}`,
    removeSelected: (count: number) => (count === 0 ? 'Remove' : `Remove (${count})`),
    atMost: (count: number) => `At most ${count} are removed at once.`,
    removeSomeTitle: (count: number) => `Remove ${count} role assignments?`,
    removedSome: (count: number) => `${count} role assignments were removed.`,
    someInheritedFrom: (scope: string) =>
      `Some are inherited: they are removed at ${scope}, and so from everything that is below.`,
    theseStop:
      'These can send mail here now and will no longer be able to (a login is refused, and so is the next message of a session that is open):',
    theseStill: 'These can still send mail here afterwards, by another role assignment:',
    theseNot: 'These cannot send mail here now either, and lose the other rights of the role:',
    theseUnsure: 'It could not be found out whether these can still send mail here:',
    looking: 'Looking at what this will break',
    stopsSending: (name: string) =>
      `“${name}” can send mail here now and will no longer be able to: its next login is refused, and so is the next message of a session that is open.`,
    membersStop: (name: string) =>
      `The members of “${name}” can send mail here now by this group; those without another role will no longer be able to.`,
    stillSends: (name: string) => `“${name}” can still send mail here afterwards: another role assignment allows it.`,
    sendsNot: (name: string) => `“${name}” cannot send mail here now either. It loses the other rights of the role.`,
    unsure: 'Whoever can send mail only by this role assignment will no longer be able to.',
    usedLately: (count: number) =>
      `${count} of its ${counted(count, 'secrets or certificates was', 'secrets or certificates were')} used in the last 24 hours:`,
    notUsed: 'None of its secrets or certificates was used in the last 24 hours.',
    lastUse: (name: string, when: string, door: string) => `${name}: ${when}, ${door}`,
    doors: { smtp: 'SMTP login', token: 'token request' },
    unnamed: '(unnamed)',
  },
  {
    intro: 'Wer hier welche Rolle hat. Was darüber zugewiesen ist, wird geerbt.',
    search: 'Nach Name oder ID suchen',
    steps: { role: 'Rolle', members: 'Mitglieder', review: 'Überprüfen + zuweisen' },
    roleIntro:
      'Eine Rollendefinition ist eine Sammlung von Berechtigungen. Wählen Sie diejenige aus, die zugewiesen werden soll.',
    chosenRole: 'Ausgewählte Rolle',
    noRole: 'Noch ist keine Rolle ausgewählt.',
    details: 'Details',
    viewRole: (name) => `Details zu ${name} anzeigen`,
    assignTo: 'Zugriff zuweisen zu',
    someone: 'Benutzer, Gruppe oder Dienstprinzipal',
    members: 'Mitglieder',
    selectMembers: 'Mitglieder auswählen',
    noMembers: 'Noch sind keine Mitglieder ausgewählt.',
    assigned: (count) => `${count} ${counted(count, 'Rollenzuweisung wurde', 'Rollenzuweisungen wurden')} hinzugefügt.`,
    noneFound: 'Keine Rollenzuweisung passt dazu.',
    tooMany:
      'Die Suche findet mehr Prinzipale, als zusammen betrachtet werden können. Suchen Sie nach einem längeren Teil des Namens.',
    remove: (name) => `Entfernen: ${name}`,
    removeTitle: 'Diese Rollenzuweisung entfernen?',
    removed: 'Die Rollenzuweisung wurde entfernt.',
    loses: (name, role) => `„${name}“ verliert die Rolle „${role}“.`,
    inheritedFrom: (scope) => `Sie ist geerbt: Sie wird bei ${scope} entfernt und damit für alles, was darunter liegt.`,
    selectAll: 'Alle angezeigten auswählen',
    select: (name, role) => `${name}, ${role} auswählen`,
    removeSelected: (count) => (count === 0 ? 'Entfernen' : `Entfernen (${count})`),
    atMost: (count) => `Höchstens ${count} werden auf einmal entfernt.`,
    removeSomeTitle: (count) => `${count} Rollenzuweisungen entfernen?`,
    removedSome: (count) => `${count} Rollenzuweisungen wurden entfernt.`,
    someInheritedFrom: (scope) =>
      `Einige sind geerbt: Sie werden bei ${scope} entfernt und damit für alles, was darunter liegt.`,
    theseStop:
      'Diese können hier jetzt E-Mails senden und werden es nicht mehr können (Anmeldungen werden abgelehnt, ebenso die nächste Nachricht einer offenen Sitzung):',
    theseStill: 'Diese können hier auch danach E-Mails senden, durch eine andere Rollenzuweisung:',
    theseNot: 'Diese können hier auch jetzt keine E-Mails senden und verlieren die übrigen Rechte der Rolle:',
    theseUnsure: 'Es ließ sich nicht feststellen, ob diese hier weiterhin E-Mails senden können:',
    looking: 'Es wird geprüft, was dadurch nicht mehr funktioniert',
    stopsSending: (name) =>
      `„${name}“ kann hier jetzt E-Mails senden und wird es nicht mehr können: Die nächste Anmeldung wird abgelehnt, ebenso die nächste Nachricht einer offenen Sitzung.`,
    membersStop: (name) =>
      `Die Mitglieder von „${name}“ können hier jetzt durch diese Gruppe E-Mails senden; wer keine andere Rolle hat, wird es nicht mehr können.`,
    stillSends: (name) => `„${name}“ kann hier auch danach E-Mails senden: Eine andere Rollenzuweisung erlaubt es.`,
    sendsNot: (name) =>
      `„${name}“ kann hier auch jetzt keine E-Mails senden. Es gehen die übrigen Rechte der Rolle verloren.`,
    unsure: 'Wer nur durch diese Rollenzuweisung E-Mails senden kann, wird es nicht mehr können.',
    usedLately: (count) =>
      `${count} der Geheimnisse oder Zertifikate ${counted(count, 'wurde', 'wurden')} in den letzten 24 Stunden verwendet:`,
    notUsed: 'Keines der Geheimnisse oder Zertifikate wurde in den letzten 24 Stunden verwendet.',
    lastUse: (name, when, door) => `${name}: ${when}, ${door}`,
    doors: { smtp: 'SMTP-Anmeldung', token: 'Tokenanforderung' },
    unnamed: '(ohne Namen)',
  },
)
