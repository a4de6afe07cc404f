// The resources in a subscription or a resource group, found by a part of the name and by type. The API searches.

import { Dropdown, Field, makeStyles, Option, SearchBox, tokens } from '@fluentui/react-components'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { PagedTable } from '../../parts/paged-table.tsx'
import { resourceTexts } from '../../parts/resource-texts.ts'
import { addressOf, TYPE_NAMES, TYPES } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useLanguage, useTexts } from '../../texts/language.tsx'
import { overviewTexts } from './overview-texts.ts'

type Resource = { readonly id: string; readonly name: string; readonly type: string; readonly location?: string }

const SEARCHED = [TYPES.communicationService, TYPES.emailService, TYPES.domain]
/** In milliseconds. */
const PAUSE_IN_TYPING = 300

const useStyles = makeStyles({
  filter: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalM },
})

export function ResourceList({ within, hasGroups = false }: { readonly within: string; readonly hasGroups?: boolean }) {
  const t = useTexts(overviewTexts)
  const r = useTexts(resourceTexts)
  const common = useTexts(commonTexts)
  const { language } = useLanguage()
  const [wanted, setWanted] = useState<Wanted>({ name: '', type: '' })
  const filter = filterOf(wanted)
  const pages = usePages<Resource>(`${within}/resources`, { 'api-version': '2021-04-01', $filter: filter })
  const group = {
    key: 'group',
    header: r.resourceGroup,
    cell: ({ id }: Resource) => <Link to={addressOf(id.split('/').slice(0, 5).join('/'))}>{id.split('/')[4]}</Link>,
  }
  return (
    <>
      <Filter onChange={setWanted} />
      <PagedTable
        label={t.resources}
        pages={pages}
        keyOf={({ id }) => id}
        empty={filter === '' ? t.noResources : common.nothingFound}
        columns={[
          { key: 'name', header: r.name, width: 160, cell: ({ id, name }) => <Link to={addressOf(id)}>{name}</Link> },
          {
            key: 'type',
            header: r.type,
            width: 180,
            cell: ({ type }) => TYPE_NAMES[type.toLowerCase()]?.[language] ?? type,
          },
          ...(hasGroups ? [group] : []),
          { key: 'location', header: r.location, cell: ({ location }) => location },
        ]}
      />
    </>
  )
}

type Wanted = { readonly name: string; readonly type: string }

function filterOf({ name, type }: Wanted): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
  const parts = [
    ...(name === '' ? [] : [`substringof(${quoted(name)}, name)`]),
    ...(type === '' ? [] : [`resourceType eq ${quoted(type)}`]),
  ]
  return parts.join(' and ')
}

function Filter({ onChange }: { readonly onChange: (wanted: Wanted) => void }) {
  const t = useTexts(overviewTexts)
  const r = useTexts(resourceTexts)
  const styles = useStyles()
  const { language } = useLanguage()
  const [name, setName] = useState('')
  const [type, setType] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => onChange({ name: name.trim(), type }), PAUSE_IN_TYPING)
    return () => clearTimeout(timer)
  }, [name, type, onChange])
  return (
    <search className={styles.filter}>
      <Field label={t.filterByName}>
        <SearchBox value={name} onChange={(_event, { value }) => setName(value)} />
      </Field>
      <Field label={r.type}>
        <Dropdown
          value={type === '' ? t.anyType : (TYPE_NAMES[type]?.[language] ?? type)}
          selectedOptions={[type]}
          onOptionSelect={(_event, { optionValue = '' }) => setType(optionValue)}
        >
          <Option value="">{t.anyType}</Option>
          {SEARCHED.map((one) => (
            <Option key={one} value={one}>
              {TYPE_NAMES[one]?.[language] ?? one}
            </Option>
          ))}
        </Dropdown>
      </Field>
    </search>
  )
}
