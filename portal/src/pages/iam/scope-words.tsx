// Where something is assigned, seen from a scope: here, or inherited from above with a link to it.

import { Link } from 'react-router'
import { addressOf, TYPES, typeOf } from '../../resource/resource-id.ts'
import { useScopeName } from '../../resource/scope-name.tsx'
import { useTexts } from '../../texts/language.tsx'
import { iamTexts } from './iam-texts.ts'
import { isSameScope } from './model.ts'

export function ScopeWords({ scope, seenFrom }: { readonly scope: string; readonly seenFrom: string }) {
  const t = useTexts(iamTexts)
  const label = useScopeLabel(scope)
  if (isSameScope(scope, seenFrom)) return t.thisResource
  if (scope === '/') return `${label} (${t.inherited})`
  return (
    <>
      <Link to={`${addressOf(scope, 'iam')}?tab=assignments`}>{label}</Link> {`(${t.inherited})`}
    </>
  )
}

/** `Resource group mail-rg` */
export function useScopeLabel(scope: string): string {
  const t = useTexts(iamTexts)
  const name = useScopeName(scope)
  const kinds: Readonly<Record<string, string>> = {
    [TYPES.subscription]: t.scopeKinds.subscription,
    [TYPES.resourceGroup]: t.scopeKinds.resourceGroup,
  }
  return scope === '/' ? t.root : `${kinds[typeOf(scope)] ?? t.scopeKinds.resource} ${name}`
}
