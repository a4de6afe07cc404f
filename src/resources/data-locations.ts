// Where the data of a communication or email service is said to rest. A domain can only be linked to a service of the same data
// location. Azure: control-plane reference §5.4.

const DATA_LOCATIONS = [
  'Africa',
  'Asia Pacific',
  'Australia',
  'Brazil',
  'Canada',
  'Europe',
  'France',
  'Germany',
  'India',
  'Japan',
  'Korea',
  'Norway',
  'Switzerland',
  'UAE',
  'UK',
  'usgov',
  'United States',
]

const byKey = new Map(DATA_LOCATIONS.map((name) => [name.toLowerCase(), name]))

/** The name as it is spelt, or undefined when there is no such data location. */
export const canonicalDataLocation = (text: string): string | undefined => byKey.get(text.toLowerCase())
export const dataLocationNames: readonly string[] = DATA_LOCATIONS
