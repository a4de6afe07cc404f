// SMTP usernames that we make up: short enough for the display of any copier, made of letters that every keypad has in one place, and
// easy to read aloud over a telephone. A user name is no secret; it only has to be one that nobody has. Nothing here knows which are
// taken.

/** What devices with short fields still take; ours are well below. */
export const DEVICE_USERNAME_LIMIT = 32

// Thirty-two syllables each stand for five bits: no bias, and no letter that is heard or read as another of them (c and k, l and 1).
const CONSONANTS = ['b', 'd', 'f', 'h', 'k', 'm', 'n', 'r']
const VOWELS = ['a', 'e', 'i', 'u']
const SYLLABLES = CONSONANTS.flatMap((consonant) => VOWELS.map((vowel) => `${consonant}${vowel}`))
const SYLLABLES_IN_ALL = 8
const IN_A_GROUP = 4

/** Two words of four syllables, 40 bits: `fikabemu-radihune`. */
export function generateSmtpUsername(random: (size: number) => Uint8Array): string {
  const syllables = [...random(SYLLABLES_IN_ALL)].map((octet) => SYLLABLES[octet % SYLLABLES.length] ?? '')
  return `${syllables.slice(0, IN_A_GROUP).join('')}-${syllables.slice(IN_A_GROUP).join('')}`
}
