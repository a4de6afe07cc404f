// Where one is within access control: a tab, or one of its forms. It stands in the address, so that going back and sending a link work.

import { useSearchParams } from 'react-router'

export const TABS = ['check', 'assignments', 'roles', 'denials'] as const
export type IamTab = (typeof TABS)[number]
const FORMS = ['assign', 'role', 'deny'] as const
export type IamForm = (typeof FORMS)[number]

export type Place = {
  readonly tab: IamTab
  readonly form: IamForm | undefined
  /** GUID of the role that the form begins with, and whether it becomes another. */
  readonly role: string | undefined
  readonly isClone: boolean
}

export function useIam() {
  const [search, setSearch] = useSearchParams()
  const place: Place = {
    tab: TABS.find((tab) => tab === search.get('tab')) ?? 'check',
    form: FORMS.find((form) => form === search.get('add')),
    role: search.get('role') ?? undefined,
    isClone: search.get('clone') === 'true',
  }
  return {
    place,
    showTab: (tab: IamTab) => setSearch({ tab }),
    openForm: (form: IamForm, role: { readonly role?: string; readonly clone?: 'true' } = {}) =>
      setSearch({ tab: place.tab, add: form, ...role }),
  }
}
