import { defineTexts } from '../texts/texts.ts'

export const pickerTexts = defineTexts(
  {
    hint: 'Name, user name, object id or application id',
    applicationHint: 'Name or application (client) ID',
    results: 'Results',
    selected: 'Selected:',
    selectedMembers: 'Selected members:',
    none: 'Nobody is selected yet.',
    select: 'Select',
    more: 'There are more. Search for a longer part of the name.',
    missing: (action: string) => `You do not see everyone: for that you need ${action}.`,
    notHere: 'Nobody in this directory has this id. If it is known to the provider of your tenant, say what it is:',
  },
  {
    hint: 'Name, Benutzername, Objekt-ID oder Anwendungs-ID',
    applicationHint: 'Name oder Anwendungs-ID (Client-ID)',
    results: 'Ergebnisse',
    selected: 'Ausgewählt:',
    selectedMembers: 'Ausgewählte Mitglieder:',
    none: 'Noch ist niemand ausgewählt.',
    select: 'Auswählen',
    more: 'Es gibt noch mehr. Suchen Sie nach einem längeren Teil des Namens.',
    missing: (action) => `Sie sehen nicht alle: Dazu brauchen Sie ${action}.`,
    notHere:
      'Niemand in diesem Verzeichnis hat diese ID. Wenn der Anbieter Ihres Mandanten sie kennt, geben Sie an, worum es sich handelt:',
  },
)
