import { defineTexts } from '../../texts/texts.ts'

export const settingsTexts = defineTexts(
  {
    tracking: 'User engagement tracking',
    trackingIntro:
      'Tells when recipients open a message or follow a link in it. Messages are changed for this: they get a picture, and links that lead through this service. Many people and some laws expect to be asked first.',
    trackingOn: 'On',
    trackingOff: 'Off',
    trackingSaved: 'The setting was saved.',
    dkim: 'DKIM keys',
    dkimIntro:
      'Mail of this domain is signed with two keys. One after the other can be replaced without a gap: a next key is made, you publish its record, and once it is in the DNS it signs.',
    dkimManaged: 'The DKIM keys of a managed domain are replaced for you.',
    rotate: 'Make the next key',
    rotateOf: (key: string) => `Make the next key: ${key}`,
    goOn: 'Look in the DNS and change over',
    goOnOf: (key: string) => `Look in the DNS and change over: ${key}`,
    selector: 'Record name now',
    rotatedAt: (when: string) => `Last replaced: ${when}`,
    neverRotated: 'Never replaced.',
    publish: 'Publish this record. The present key goes on signing until it was seen.',
    notSeen: 'The record was not found as it should be when it was last looked for.',
    remove: (name: string, when: string) =>
      `Leave the record ${name} of the key before in the DNS until ${when}: mail signed with it may still be on its way.`,
    confirmTitle: (key: string) => `Make the next key for ${key}?`,
    confirmText: 'Nothing stops working: the present key signs until the record of the next one was found in the DNS.',
    done: 'The rotation has gone one step on.',
  },
  {
    tracking: 'Nachverfolgung der Benutzerinteraktion',
    trackingIntro:
      'Zeigt, wann Empfänger eine Nachricht öffnen oder einem Link darin folgen. Nachrichten werden dafür verändert: Sie erhalten ein Bild und Links, die über diesen Dienst führen. Viele Menschen und manche Gesetze erwarten, dass vorher gefragt wird.',
    trackingOn: 'Ein',
    trackingOff: 'Aus',
    trackingSaved: 'Die Einstellung wurde gespeichert.',
    dkim: 'DKIM-Schlüssel',
    dkimIntro:
      'E-Mails dieser Domäne werden mit zwei Schlüsseln signiert. Einer nach dem anderen kann ohne Lücke ersetzt werden: Ein nächster Schlüssel wird erstellt, Sie veröffentlichen seinen Eintrag, und sobald er im DNS steht, signiert er.',
    dkimManaged: 'Die DKIM-Schlüssel einer verwalteten Domäne werden für Sie ersetzt.',
    rotate: 'Nächsten Schlüssel erstellen',
    rotateOf: (key) => `Nächsten Schlüssel erstellen: ${key}`,
    goOn: 'Im DNS nachsehen und umstellen',
    goOnOf: (key) => `Im DNS nachsehen und umstellen: ${key}`,
    selector: 'Derzeitiger Eintragsname',
    rotatedAt: (when) => `Zuletzt ersetzt: ${when}`,
    neverRotated: 'Nie ersetzt.',
    publish: 'Veröffentlichen Sie diesen Eintrag. Der derzeitige Schlüssel signiert weiter, bis er gefunden wurde.',
    notSeen: 'Der Eintrag wurde bei der letzten Suche nicht wie vorgesehen gefunden.',
    remove: (name, when) =>
      `Lassen Sie den Eintrag ${name} des vorigen Schlüssels bis ${when} im DNS: Damit signierte E-Mails können noch unterwegs sein.`,
    confirmTitle: (key) => `Nächsten Schlüssel für ${key} erstellen?`,
    confirmText:
      'Nichts hört auf zu funktionieren: Der derzeitige Schlüssel signiert, bis der Eintrag des nächsten im DNS gefunden wurde.',
    done: 'Der Schlüsselwechsel ist einen Schritt weiter.',
  },
)
