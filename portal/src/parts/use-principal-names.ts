// Names of whoever did something, where they are cheap to have: one question for all that a page shows. What did it is called so where it
// is no object of the directory, and stays an id where nobody knows it any more.

import { GUID, usePrincipals } from './principals.ts'

export function usePrincipalNames(ids: readonly string[]): (id: string) => string {
  const known = usePrincipals(ids.filter((id) => GUID.test(id)))
  return (id) => known.get(id)?.name ?? id
}
