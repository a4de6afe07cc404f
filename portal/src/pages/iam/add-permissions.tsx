// The catalogue of operations in a panel: search, a provider, then what its types can be used for, to be ticked.

import {
  Button,
  Caption1,
  Checkbox,
  Field,
  makeStyles,
  Radio,
  RadioGroup,
  SearchBox,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components'
import { ArrowLeftRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { DetailPanel } from '../../parts/detail-panel.tsx'
import { Failure } from '../../parts/failure.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Operation, type OperationType, type Provider, useCatalogue, VERBS, verbOf } from './catalogue.ts'
import { roleTexts } from './role-texts.ts'

const useStyles = makeStyles({
  tiles: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 240px), 1fr))',
    gap: tokens.spacingHorizontalM,
  },
  tile: { justifyContent: 'start', textAlign: 'start', padding: tokens.spacingHorizontalM },
  type: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: tokens.spacingHorizontalM,
    margin: 0,
    minWidth: 0,
    display: 'grid',
  },
  legend: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  words: { display: 'grid', overflowWrap: 'anywhere' },
  heading: { margin: 0 },
  start: { justifySelf: 'start' },
})

type Chosen = { readonly control: readonly string[]; readonly data: readonly string[] }

export function AddPermissions(props: {
  readonly title: string
  readonly onAdd: (chosen: Chosen) => void
  readonly onClose: () => void
}) {
  const { title, onAdd, onClose } = props
  const t = useTexts(roleTexts)
  const common = useTexts(commonTexts)
  const catalogue = useCatalogue()
  const [text, setText] = useState('')
  const [provider, setProvider] = useState<string | undefined>()
  const [ticked, setTicked] = useState<readonly Operation[]>([])
  const open = catalogue.providers.find(({ name }) => name === provider)
  const namesOf = (isData: boolean) =>
    ticked.filter(({ isDataAction }) => isDataAction === isData).map(({ name }) => name)
  return (
    <DetailPanel
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button
            appearance="primary"
            disabled={ticked.length === 0}
            onClick={() => onAdd({ control: namesOf(false), data: namesOf(true) })}
          >
            {common.add}
          </Button>
          <Button onClick={onClose}>{common.cancel}</Button>
        </>
      }
    >
      <Field label={t.searchPermissions} hint={t.searchHint}>
        <SearchBox value={text} onChange={(_event, { value }) => setText(value)} />
      </Field>
      {catalogue.isPending && <Spinner label={common.loading} />}
      {catalogue.error != null && <Failure error={catalogue.error} />}
      {open === undefined ? (
        <Providers providers={catalogue.providers} text={text} onOpen={setProvider} />
      ) : (
        <Operations
          provider={open}
          text={text}
          ticked={ticked}
          onTick={setTicked}
          onBack={() => setProvider(undefined)}
        />
      )}
    </DetailPanel>
  )
}

const holds = (text: string, ...words: readonly string[]) =>
  words.some((word) => word.toLowerCase().includes(text.trim().toLowerCase()))

/** A search that names the provider means all that it has. */
function matching({ name, displayName, types }: Provider, text: string): readonly OperationType[] {
  if (holds(text, name, displayName)) return types
  return types
    .map((type) => ({ ...type, operations: type.operations.filter((one) => holds(text, one.name, one.description)) }))
    .filter(({ operations }) => operations.length > 0)
}

const countIn = (types: readonly OperationType[]) =>
  types.reduce((count, { operations }) => count + operations.length, 0)

function Providers(props: {
  readonly providers: readonly Provider[]
  readonly text: string
  readonly onOpen: (name: string) => void
}) {
  const { providers, text, onOpen } = props
  const t = useTexts(roleTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const found = providers.map((provider) => ({ provider, count: countIn(matching(provider, text)) }))
  const shown = found.filter(({ count }) => count > 0)
  if (providers.length > 0 && shown.length === 0) return <Text>{common.nothingFound}</Text>
  return (
    <div className={styles.tiles}>
      {shown.map(({ provider, count }) => (
        <Button key={provider.name} className={styles.tile} onClick={() => onOpen(provider.name)}>
          <span className={styles.words}>
            <span>{provider.displayName}</span> <Caption1>{provider.name}</Caption1>{' '}
            <Caption1>{t.operationsIn(count)}</Caption1>
          </span>
        </Button>
      ))}
    </div>
  )
}

function Operations(props: {
  readonly provider: Provider
  readonly text: string
  readonly ticked: readonly Operation[]
  readonly onTick: (ticked: readonly Operation[]) => void
  readonly onBack: () => void
}) {
  const { provider, text, ticked, onTick, onBack } = props
  const t = useTexts(roleTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const [isData, setIsData] = useState(false)
  const types = matching(provider, text)
    .map((type) => ({ ...type, operations: type.operations.filter(({ isDataAction }) => isDataAction === isData) }))
    .filter(({ operations }) => operations.length > 0)
  return (
    <>
      <Button className={styles.start} appearance="subtle" icon={<ArrowLeftRegular />} onClick={onBack}>
        {t.backToProviders}
      </Button>
      <Text weight="semibold" as="h3" className={styles.heading}>
        {provider.displayName}
      </Text>
      <Field label={t.kind}>
        <RadioGroup
          layout="horizontal"
          value={isData ? 'data' : 'control'}
          onChange={(_event, { value }) => setIsData(value === 'data')}
        >
          <Radio value="control" label={t.control} />
          <Radio value="data" label={t.data} />
        </RadioGroup>
      </Field>
      {types.length === 0 && <Text>{common.nothingFound}</Text>}
      {types.map((type) => (
        <TypeOperations key={type.name} type={type} ticked={ticked} onTick={onTick} />
      ))}
    </>
  )
}

function TypeOperations(props: {
  readonly type: OperationType
  readonly ticked: readonly Operation[]
  readonly onTick: (ticked: readonly Operation[]) => void
}) {
  const { type, ticked, onTick } = props
  const t = useTexts(roleTexts)
  const styles = useStyles()
  const sorted = VERBS.flatMap((verb) => type.operations.filter((operation) => verbOf(operation) === verb))
  return (
    <fieldset className={styles.type}>
      <legend className={styles.legend}>{type.name}</legend>
      {sorted.map((operation) => (
        <Checkbox
          key={operation.name}
          checked={ticked.some(({ name }) => name === operation.name)}
          onChange={(_event, { checked }) =>
            onTick(checked === true ? [...ticked, operation] : ticked.filter(({ name }) => name !== operation.name))
          }
          label={
            <span className={styles.words}>
              <span>
                {t.verbs[verbOf(operation)]}: {operation.description}
              </span>{' '}
              <Caption1>{operation.name}</Caption1>
            </span>
          }
        />
      ))}
    </fieldset>
  )
}
