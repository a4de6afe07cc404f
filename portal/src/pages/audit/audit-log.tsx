// Who changed what, newest first, found by time, principal, operation and target. A name in the list narrows it to itself.

import { Button, Link as TextLink } from '@fluentui/react-components'
import { Fragment, useState } from 'react'
import { usePages } from '../../api/pages.ts'
import { FilterBar, PeriodFilter, TextFilter, useFilters, usePeriod } from '../../parts/filters.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { usePrincipalNames } from '../../parts/use-principal-names.ts'
import { nameOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { AuditDetails } from './audit-details.tsx'
import type { AuditEvent } from './audit-event.ts'
import { auditTexts } from './texts.ts'

/** `scope`: empty for the tenant. */
export function AuditLog({ scope }: { readonly scope: string }) {
  const t = useTexts(auditTexts)
  const common = useTexts(commonTexts)
  const { isFiltered } = useFilters()
  const [opened, setOpened] = useState<AuditEvent | undefined>()
  const pages = usePages<AuditEvent>(`${scope}/providers/Postern.Mail/auditEvents`, useAuditQuery())
  const nameOfPrincipal = usePrincipalNames(pages.items.map(({ properties }) => properties.principalId))
  const columns = useColumns(nameOfPrincipal, setOpened)
  return (
    <>
      <FilterBar>
        <PeriodFilter />
        <TextFilter name="principalId" label={t.principalFilter} />
        <TextFilter name="operation" label={t.operationFilter} />
        <TextFilter name="target" label={t.targetFilter} />
      </FilterBar>
      <PagedTable
        label={t.title}
        pages={pages}
        keyOf={({ name }) => name}
        {...(isFiltered && { empty: common.nothingFound })}
        columns={columns}
      />
      {opened !== undefined && (
        <AuditDetails
          event={opened}
          principal={nameOfPrincipal(opened.properties.principalId)}
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
  )
}

function useColumns(
  nameOfPrincipal: (id: string) => string,
  onOpen: (event: AuditEvent) => void,
): readonly Column<AuditEvent>[] {
  const t = useTexts(auditTexts)
  const { time } = useFormats()
  return [
    { key: 'time', header: t.time, cell: ({ properties }) => time(properties.at), width: 200 },
    {
      key: 'operation',
      header: t.operation,
      width: 300,
      cell: ({ properties: { operation } }) => <Narrow name="operation" value={operation} text={operation} />,
    },
    {
      key: 'target',
      header: t.target,
      width: 180,
      cell: ({ properties: { target } }) => (
        <Narrow name="target" value={target} text={target === '/' ? t.tenant : nameOf(target)} />
      ),
    },
    {
      key: 'principal',
      header: t.principal,
      width: 180,
      cell: ({ properties: { principalId } }) => (
        <Narrow name="principalId" value={principalId} text={nameOfPrincipal(principalId)} />
      ),
    },
    {
      key: 'details',
      header: t.details,
      width: 100,
      cell: (event) => (
        <Button size="small" aria-label={t.detailsOf(event.properties.operation)} onClick={() => onOpen(event)}>
          {t.details}
        </Button>
      ),
    },
  ]
}

function useAuditQuery() {
  const { get } = useFilters()
  const { since, until } = usePeriod()
  const [principalId, operation, target] = ['principalId', 'operation', 'target'].map(get)
  return { limit: 50, from: since, to: until, principalId, operation, target }
}

function Narrow({ name, value, text }: { readonly name: string; readonly value: string; readonly text: string }) {
  const t = useTexts(auditTexts)
  const { get, set } = useFilters()
  if (get(name) === value) return <Slashed text={text} />
  return (
    <TextLink as="button" title={value} aria-label={t.onlyThis(text)} onClick={() => set({ [name]: value })}>
      <Slashed text={text} />
    </TextLink>
  )
}

/** Where there is no room it goes on behind a slash. */
function Slashed({ text }: { readonly text: string }) {
  return text.split('/').map((part, index) => (
    <Fragment key={index}>
      {index > 0 && (
        <>
          /<wbr />
        </>
      )}
      {part}
    </Fragment>
  ))
}
