import { counted, defineTexts } from '../texts/texts.ts'

export const deviceTexts = defineTexts(
  {
    none: 'No device signed in with it in the last 24 hours.',
    used: (count: number) => `${count} ${counted(count, 'device', 'devices')} signed in with it in the last 24 hours:`,
    usedByMany: (count: number) => `${count} or more devices signed in with it in the last 24 hours:`,
    as: (network: string, name: string, when: string) => `${network} as ${name}, ${when}`,
    forToken: (network: string, when: string) => `${network}, for a token, ${when}`,
    others: (count: number) => `and ${count} ${counted(count, 'other', 'others')}`,
    apart: 'Devices are told apart by address and user name.',
  },
  {
    none: 'In den letzten 24 Stunden hat sich kein Gerät damit angemeldet.',
    used: (count) =>
      `In den letzten 24 Stunden ${counted(count, 'hat sich 1 Gerät', `haben sich ${count} Geräte`)} damit angemeldet:`,
    usedByMany: (count) => `In den letzten 24 Stunden haben sich ${count} oder mehr Geräte damit angemeldet:`,
    as: (network, name, when) => `${network} als ${name}, ${when}`,
    forToken: (network, when) => `${network}, für ein Token, ${when}`,
    others: (count) => `und ${count} ${counted(count, 'weiteres', 'weitere')}`,
    apart: 'Geräte werden nach Adresse und Benutzername unterschieden.',
  },
)
