// What to do about each reason, in the portal: the lead of what the API suggests, which knows more and speaks of the command line.

import { defineTexts } from '../../texts/texts.ts'

export const adviceTexts = defineTexts(
  {
    'malformed-response':
      'Choose another login mechanism on the device, PLAIN or LOGIN, and enter user name and password again.',
    'unknown-mechanism': 'Choose the login mechanism PLAIN or LOGIN on the device.',
    'authorization-identity-mismatch': 'Leave the authorization identity of the client empty.',
    'unknown-username':
      'Copy the user name from “SMTP settings” of the communication service, or add it under “SMTP usernames”.',
    'unknown-resource':
      'Copy the user name from “SMTP settings” of the communication service: its first part is the name of the service.',
    'tenant-mismatch': 'Use an application of the tenant that the communication service is in.',
    'unknown-tenant': 'Copy the user name from “SMTP settings”: its last part is the tenant.',
    'unknown-application':
      'Register an application under “App registrations”, give it a role, and enter its user name and secret on the device.',
    'application-disabled': 'Enable the application under “App registrations” if it may send.',
    'no-service-principal': 'Create the service principal on the page of the application, and assign the role to it.',
    'wrong-secret':
      'Make a new client secret under “Certificates & secrets” and enter its value, not its ID, as the password of the device.',
    'expired-secret':
      'Make a new client secret under “Certificates & secrets” and enter its value as the password of the device.',
    'secret-not-yet-valid': 'Wait until the client secret begins, or make another one.',
    'outside-network': 'Make a device password for the network that the device is in.',
    'malformed-token': 'Have the client fetch a new access token and present it unchanged.',
    'wrong-token-signature': 'Have the client fetch its token from the provider of this tenant.',
    'wrong-token-issuer': 'Have the client fetch its token from the provider of this tenant.',
    'wrong-token-audience': 'Have the client ask for a token for this service: the scope says what for.',
    'wrong-token-tenant': 'Have the client fetch its token from the tenant that its user name names.',
    'wrong-token-application': 'Sign in with the user name of the application that the token is of.',
    'user-token': 'Have the client fetch a token as an application (client credentials), not for a person.',
    'token-not-yet-valid': 'Compare the clocks of the client and the provider.',
    'expired-token': 'Have the client fetch a new token before each login.',
    'missing-role':
      'Assign a role that allows sending to the application, under “Access control (IAM)” of the communication service.',
    'no-identity-by-network': 'Let the device sign in, or have the network stand for an application that exists here.',
    'too-many-failures':
      'Stop what keeps failing to sign in, then clear the network under “Failed logins”, “Who waits”.',
    'missing-consent': 'Have an administrator of the provider consent to the application.',
    'blocked-by-policy':
      'Find the policy in the sign-in log of the provider and exclude the application or its address.',
    'refused-by-provider': 'Look into the sign-in log of the provider: it knows why.',
    'unexpected-token': 'Compare the settings of the identity provider with what it puts into its tokens.',
    'provider-changed': 'Sign in again; the new identity provider decides.',
    unavailable:
      'It is not the password. See that the store and the identity provider can be reached; the client comes back by itself.',
    'storage-full': 'Make room where messages are stored; the client sends the message again by itself.',
    'sender-null': 'Have the device send with one of the MailFrom addresses.',
    'sender-malformed': 'Correct the sender address on the device.',
    'sender-domain-not-linked':
      'Connect the domain under “Domains” of the communication service, or send from one that is connected.',
    'sender-domain-not-verified': 'Verify the domain: its page shows which DNS record is missing.',
    'sender-not-allowed':
      'Add the address under “MailFrom addresses” of the domain, or enter one that is there on the device.',
    'recipient-malformed': 'Correct the recipient address.',
    'recipient-none': 'Have the program name at least one recipient.',
    'limit-recipients': 'Send to fewer recipients in one message.',
    'limit-size': 'Send a smaller message: scan with a lower resolution, or send a link instead of the file.',
    'content-malformed': 'The sending program composes the message wrongly: update it.',
    'content-loop': 'Look for a forwarding that sends the message back here.',
    'content-refused': 'Look into the log of the content check: it has the reason.',
    'content-deferred': 'Nothing: the client sends the message again by itself.',
    'content-unchecked': 'See that the content check runs; the client sends the message again by itself.',
    'content-line-ends': 'Set the client to end lines with CR LF.',
    'content-line-too-long': 'Have the sending program encode the message (quoted-printable or base64).',
  },
  {
    'malformed-response':
      'Wählen Sie am Gerät ein anderes Anmeldeverfahren, PLAIN oder LOGIN, und geben Sie Benutzername und Kennwort erneut ein.',
    'unknown-mechanism': 'Wählen Sie am Gerät das Anmeldeverfahren PLAIN oder LOGIN.',
    'authorization-identity-mismatch': 'Lassen Sie die Autorisierungsidentität des Clients leer.',
    'unknown-username':
      'Kopieren Sie den Benutzernamen aus „SMTP-Einstellungen“ des Communication Service, oder fügen Sie ihn unter „SMTP-Benutzernamen“ hinzu.',
    'unknown-resource':
      'Kopieren Sie den Benutzernamen aus „SMTP-Einstellungen“ des Communication Service: Sein erster Teil ist der Name des Diensts.',
    'tenant-mismatch': 'Verwenden Sie eine Anwendung des Mandanten, zu dem der Communication Service gehört.',
    'unknown-tenant': 'Kopieren Sie den Benutzernamen aus „SMTP-Einstellungen“: Sein letzter Teil ist der Mandant.',
    'unknown-application':
      'Registrieren Sie unter „App-Registrierungen“ eine Anwendung, weisen Sie ihr eine Rolle zu, und geben Sie ihren Benutzernamen und geheimen Schlüssel am Gerät ein.',
    'application-disabled': 'Aktivieren Sie die Anwendung unter „App-Registrierungen“, wenn sie senden darf.',
    'no-service-principal':
      'Erstellen Sie auf der Seite der Anwendung den Dienstprinzipal, und weisen Sie ihm die Rolle zu.',
    'wrong-secret':
      'Erstellen Sie unter „Zertifikate & Geheimnisse“ einen neuen geheimen Clientschlüssel, und geben Sie seinen Wert, nicht seine ID, als Kennwort des Geräts ein.',
    'expired-secret':
      'Erstellen Sie unter „Zertifikate & Geheimnisse“ einen neuen geheimen Clientschlüssel, und geben Sie seinen Wert als Kennwort des Geräts ein.',
    'secret-not-yet-valid':
      'Warten Sie, bis der geheime Clientschlüssel gültig wird, oder erstellen Sie einen anderen.',
    'outside-network': 'Erstellen Sie ein Gerätekennwort für das Netzwerk, in dem sich das Gerät befindet.',
    'malformed-token': 'Lassen Sie den Client ein neues Zugriffstoken anfordern und unverändert vorlegen.',
    'wrong-token-signature': 'Lassen Sie den Client sein Token beim Anbieter dieses Mandanten anfordern.',
    'wrong-token-issuer': 'Lassen Sie den Client sein Token beim Anbieter dieses Mandanten anfordern.',
    'wrong-token-audience':
      'Lassen Sie den Client ein Token für diesen Dienst anfordern: Der Bereich (scope) sagt, wofür es gilt.',
    'wrong-token-tenant': 'Lassen Sie den Client sein Token bei dem Mandanten anfordern, den sein Benutzername nennt.',
    'wrong-token-application': 'Melden Sie das Gerät mit dem Benutzernamen der Anwendung an, zu der das Token gehört.',
    'user-token':
      'Lassen Sie den Client ein Token als Anwendung anfordern (Clientanmeldeinformationen), nicht für eine Person.',
    'token-not-yet-valid': 'Vergleichen Sie die Uhren des Clients und des Anbieters.',
    'expired-token': 'Lassen Sie den Client vor jeder Anmeldung ein neues Token anfordern.',
    'missing-role':
      'Weisen Sie der Anwendung unter „Zugriffssteuerung (IAM)“ des Communication Service eine Rolle zu, die das Senden erlaubt.',
    'no-identity-by-network':
      'Lassen Sie das Gerät sich anmelden, oder ordnen Sie dem Netzwerk eine Anwendung zu, die es hier gibt.',
    'too-many-failures':
      'Beheben Sie, was sich immer wieder vergeblich anmeldet, und setzen Sie das Netzwerk dann unter „Fehlgeschlagene Anmeldungen“, „Wer warten muss“ zurück.',
    'missing-consent': 'Lassen Sie einen Administrator des Anbieters der Anwendung zustimmen.',
    'blocked-by-policy':
      'Suchen Sie die Richtlinie im Anmeldeprotokoll des Anbieters, und nehmen Sie die Anwendung oder ihre Adresse davon aus.',
    'refused-by-provider': 'Sehen Sie im Anmeldeprotokoll des Anbieters nach: Dort steht der Grund.',
    'unexpected-token':
      'Vergleichen Sie die Einstellungen des Identitätsanbieters mit dem, was er in seine Token schreibt.',
    'provider-changed': 'Melden Sie das Gerät erneut an; der neue Identitätsanbieter entscheidet.',
    unavailable:
      'Am Kennwort liegt es nicht. Prüfen Sie, ob Speicher und Identitätsanbieter erreichbar sind; der Client versucht es von selbst erneut.',
    'storage-full':
      'Schaffen Sie Platz, wo Nachrichten gespeichert werden; der Client sendet die Nachricht von selbst erneut.',
    'sender-null': 'Lassen Sie das Gerät mit einer der MailFrom-Adressen senden.',
    'sender-malformed': 'Korrigieren Sie die Absenderadresse am Gerät.',
    'sender-domain-not-linked':
      'Verbinden Sie die Domäne unter „Domänen“ des Communication Service, oder senden Sie von einer verbundenen.',
    'sender-domain-not-verified': 'Überprüfen Sie die Domäne: Ihre Seite zeigt, welcher DNS-Eintrag fehlt.',
    'sender-not-allowed':
      'Fügen Sie die Adresse unter „MailFrom-Adressen“ der Domäne hinzu, oder geben Sie am Gerät eine vorhandene ein.',
    'recipient-malformed': 'Korrigieren Sie die Empfängeradresse.',
    'recipient-none': 'Lassen Sie das Programm mindestens einen Empfänger nennen.',
    'limit-recipients': 'Senden Sie eine Nachricht an weniger Empfänger.',
    'limit-size':
      'Senden Sie eine kleinere Nachricht: Scannen Sie mit geringerer Auflösung, oder senden Sie einen Link statt der Datei.',
    'content-malformed': 'Das sendende Programm setzt die Nachricht falsch zusammen: Aktualisieren Sie es.',
    'content-loop': 'Suchen Sie nach einer Weiterleitung, die die Nachricht hierher zurücksendet.',
    'content-refused': 'Sehen Sie im Protokoll der Inhaltsprüfung nach: Dort steht der Grund.',
    'content-deferred': 'Nichts: Der Client sendet die Nachricht von selbst erneut.',
    'content-unchecked': 'Prüfen Sie, ob die Inhaltsprüfung läuft; der Client sendet die Nachricht von selbst erneut.',
    'content-line-ends': 'Stellen Sie den Client so ein, dass Zeilen mit CR LF enden.',
    'content-line-too-long': 'Lassen Sie das sendende Programm die Nachricht codieren (quoted-printable oder base64).',
  },
)
