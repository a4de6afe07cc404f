// What the sign-in pages say, in the languages of the portal.

export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

const en = {
  title: 'Sign in',
  service: 'Postern',
  userName: 'User name',
  userNameHint: 'name@domain',
  password: 'Password',
  signIn: 'Sign in',
  wrong: 'The user name or password is wrong.',
  turnedAway: 'There were too many attempts from this network. Wait a few minutes and try again.',
  unavailable: 'Signing in is not possible right now. Try again in a moment.',
  expired: 'This took too long. Start again.',
  passkeyTitle: 'Confirm with your passkey',
  passkeyText: 'The password is right. Your account needs a passkey as well.',
  usePasskey: 'Use passkey',
  passkeyFailed: 'The passkey could not be checked. Try again.',
  passkeyMissing: 'This browser does not know passkeys.',
  newPasswordTitle: 'Choose a new password',
  newPasswordText:
    'The password was given to you by somebody else. Choose your own: at least 12 characters, any you like.',
  newPassword: 'New password',
  newPasswordAgain: 'New password again',
  change: 'Change password',
  notTheSame: 'The two new passwords are not the same.',
  tooShort: 'A password needs at least 12 characters.',
  tooLong: 'A password has at most 256 characters.',
  sameAsBefore: 'The new password is the old one.',
  faultTitle: 'This link does not work',
  signedOut: 'You are signed out.',
  back: 'Back to the portal',
  signedInElsewhere: 'Your identity provider may still know you: sign out there as well, or close the browser.',
  tryAgain: 'Try again',
  providerTitle: 'Signing in did not work',
  providerRefused: 'The identity provider of your organization did not sign you in.',
  providerWords: 'It says:',
  providerInvalid:
    'The answer of the identity provider proves nobody. An administrator finds the reason in the log of this service.',
  providerUnavailable:
    'The identity provider of your organization cannot be reached. An administrator finds the reason in the log of this service.',
  requestId: 'Request ID:',
  disabledHere: 'Your account is disabled here.',
  setUpTitle: 'Signing in is not set up yet',
  setUpText:
    'An identity provider proves the people of this tenant, and signing in to the portal through it is not set up yet:',
  setUpClient: 'Register a web application at the provider, with this redirect URI:',
  setUpCommand: 'Tell this service its ID and its secret, with the options that the provider was set with before:',
  setUpFile: 'Tell this service its ID and its secret in the configuration file, and restart it:',
  setUpRoles:
    'Give people or their groups roles, by their object IDs. Those of a provider whose IDs are no GUIDs get one here: the audit log names it when a person has signed in for the first time.',
}

export type Texts = Readonly<Record<keyof typeof en, string>>

const de: Texts = {
  title: 'Anmelden',
  service: 'Postern',
  userName: 'Benutzername',
  userNameHint: 'name@domäne',
  password: 'Kennwort',
  signIn: 'Anmelden',
  wrong: 'Der Benutzername oder das Kennwort ist falsch.',
  turnedAway: 'Aus diesem Netzwerk kamen zu viele Versuche. Warten Sie einige Minuten, und versuchen Sie es erneut.',
  unavailable: 'Die Anmeldung ist gerade nicht möglich. Versuchen Sie es gleich erneut.',
  expired: 'Das hat zu lange gedauert. Beginnen Sie von vorn.',
  passkeyTitle: 'Mit Passkey bestätigen',
  passkeyText: 'Das Kennwort ist richtig. Ihr Konto verlangt außerdem einen Passkey.',
  usePasskey: 'Passkey verwenden',
  passkeyFailed: 'Der Passkey konnte nicht geprüft werden. Versuchen Sie es erneut.',
  passkeyMissing: 'Dieser Browser kennt keine Passkeys.',
  newPasswordTitle: 'Neues Kennwort wählen',
  newPasswordText:
    'Das Kennwort haben Sie von jemand anderem. Wählen Sie ein eigenes: mindestens 12 beliebige Zeichen.',
  newPassword: 'Neues Kennwort',
  newPasswordAgain: 'Neues Kennwort wiederholen',
  change: 'Kennwort ändern',
  notTheSame: 'Die beiden neuen Kennwörter stimmen nicht überein.',
  tooShort: 'Ein Kennwort braucht mindestens 12 Zeichen.',
  tooLong: 'Ein Kennwort hat höchstens 256 Zeichen.',
  sameAsBefore: 'Das neue Kennwort ist das alte.',
  faultTitle: 'Dieser Link funktioniert nicht',
  signedOut: 'Sie sind abgemeldet.',
  back: 'Zurück zum Portal',
  signedInElsewhere:
    'Ihr Identitätsanbieter kennt Sie möglicherweise noch: Melden Sie sich auch dort ab, oder schließen Sie den Browser.',
  tryAgain: 'Erneut versuchen',
  providerTitle: 'Die Anmeldung ist fehlgeschlagen',
  providerRefused: 'Der Identitätsanbieter Ihrer Organisation hat Sie nicht angemeldet.',
  providerWords: 'Seine Meldung:',
  providerInvalid:
    'Die Antwort des Identitätsanbieters weist niemanden aus. Den Grund finden Administratoren im Protokoll dieses Diensts.',
  providerUnavailable:
    'Der Identitätsanbieter Ihrer Organisation ist nicht erreichbar. Den Grund finden Administratoren im Protokoll dieses Diensts.',
  requestId: 'Anforderungs-ID:',
  disabledHere: 'Ihr Konto ist hier deaktiviert.',
  setUpTitle: 'Die Anmeldung ist noch nicht eingerichtet',
  setUpText:
    'Für die Personen dieses Mandanten ist ein Identitätsanbieter zuständig, über den die Anmeldung beim Portal noch nicht eingerichtet ist:',
  setUpClient: 'Registrieren Sie beim Anbieter eine Webanwendung mit diesem Umleitungs-URI:',
  setUpCommand:
    'Teilen Sie diesem Dienst ihre ID und ihr Geheimnis mit, zusammen mit den Optionen, mit denen der Anbieter bisher festgelegt ist:',
  setUpFile: 'Tragen Sie ihre ID und ihr Geheimnis in die Konfigurationsdatei ein, und starten Sie den Dienst neu:',
  setUpRoles:
    'Weisen Sie Personen oder ihren Gruppen anhand ihrer Objekt-IDs Rollen zu. Wo die IDs des Anbieters keine GUIDs sind, wird hier eine gebildet: Das Überwachungsprotokoll nennt sie nach der ersten Anmeldung.',
}

export const TEXTS: Readonly<Record<Language, Texts>> = { en, de }

/** The first of these that is spoken here. `accepted` is an Accept-Language field. RFC 9110 §12.5.4. */
export function chooseLanguage(locales: readonly string[], accepted: string | undefined): Language {
  const preferred = (accepted ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', quality = ''] = part.split(';')
      return { tag: tag.trim(), weight: Number(/^\s*q=([0-9.]{1,5})\s*$/.exec(quality)?.[1] ?? 1) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag)
  const spoken = [...locales, ...preferred].map((tag) => tag.toLowerCase().split('-')[0])
  return LANGUAGES.find((language) => language === spoken.find((tag) => LANGUAGES.some((one) => one === tag))) ?? 'en'
}
