// “+ Select members”: a panel in which users, groups and service principals are searched by name or id and chosen. It knows nothing of
// what they are chosen for.

import {
  Body1,
  Button,
  Caption1,
  DrawerBody,
  DrawerFooter,
  DrawerHeader,
  DrawerHeaderTitle,
  Field,
  makeStyles,
  OverlayDrawer,
  SearchBox,
  Spinner,
  Subtitle2,
  tokens,
} from '@fluentui/react-components'
import {
  AppGenericRegular,
  CheckmarkRegular,
  DismissRegular,
  PeopleRegular,
  PersonRegular,
} from '@fluentui/react-icons'
import { useState } from 'react'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'
import { Failure } from './failure.tsx'
import { pickerTexts } from './principal-picker-texts.ts'
import {
  GUID,
  PRINCIPAL_KINDS,
  type Principal,
  type PrincipalKind,
  principalTexts,
  usePrincipalSearch,
} from './principals.ts'
import { useSettled } from './use-settled.ts'

const LIMIT = 20
export const PRINCIPAL_ICONS = { User: PersonRegular, Group: PeopleRegular, ServicePrincipal: AppGenericRegular }

const useStyles = makeStyles({
  panel: { maxWidth: '100vw' },
  body: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalM, alignContent: 'start' },
  list: { listStyleType: 'none', margin: 0, padding: 0, display: 'grid', gap: tokens.spacingVerticalXXS },
  choice: { width: '100%', justifyContent: 'start', textAlign: 'start', minWidth: 0 },
  words: { display: 'grid', minWidth: 0, flexGrow: 1, overflowWrap: 'anywhere' },
  chosen: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS, minWidth: 0 },
})

export function PrincipalPicker(props: {
  readonly title: string
  readonly kinds?: readonly PrincipalKind[]
  /** A new choice takes the place of the one before. */
  readonly isSingle?: boolean
  readonly chosen: readonly Principal[]
  readonly onChoose: (chosen: readonly Principal[]) => void
  readonly onClose: () => void
}) {
  const { title, kinds = PRINCIPAL_KINDS, isSingle = false, onChoose, onClose } = props
  const t = useTexts(pickerTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(props.chosen)
  const toggle = (principal: Principal) => {
    const isIn = chosen.some(({ id }) => id === principal.id)
    if (isIn) setChosen(chosen.filter(({ id }) => id !== principal.id))
    else setChosen(isSingle ? [principal] : [...chosen, principal])
  }
  return (
    <OverlayDrawer
      open
      position="end"
      size="medium"
      className={styles.panel}
      onOpenChange={(_event, { open }) => !open && onClose()}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={<Button appearance="subtle" aria-label={common.close} icon={<DismissRegular />} onClick={onClose} />}
        >
          {title}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <div className={styles.body}>
          <Field label={common.search} hint={t.hint}>
            <SearchBox value={text} onChange={(_event, { value }) => setText(value)} />
          </Field>
          <Results text={text.trim()} kinds={kinds} chosen={chosen} onToggle={toggle} />
          <Subtitle2 as="h3">{isSingle ? t.selected : t.selectedMembers}</Subtitle2>
          <Chosen principals={chosen} onRemove={toggle} />
        </div>
      </DrawerBody>
      <DrawerFooter>
        <Button appearance="primary" disabled={chosen.length === 0} onClick={() => onChoose(chosen)}>
          {t.select}
        </Button>
        <Button onClick={onClose}>{common.close}</Button>
      </DrawerFooter>
    </OverlayDrawer>
  )
}

function Results(props: {
  readonly text: string
  readonly kinds: readonly PrincipalKind[]
  readonly chosen: readonly Principal[]
  readonly onToggle: (principal: Principal) => void
}) {
  const { kinds, chosen, onToggle } = props
  const t = useTexts(pickerTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const text = useSettled(props.text)
  const { found, isPending, hasMore, missing, error } = usePrincipalSearch(text, kinds, { limit: LIMIT })
  if (isPending) return <Spinner label={common.loading} />
  const shown = found.length === 0 && GUID.test(text) ? kinds.map((kind) => byObjectId(text, kind)) : found
  return (
    <>
      {error != null && <Failure error={error} />}
      <MissingRights rights={missing} />
      {found.length === 0 && <Body1>{shown.length === 0 ? common.nothingFound : t.notHere}</Body1>}
      <ul className={styles.list} aria-label={t.results}>
        {shown.map((principal) => (
          <li key={`${principal.kind} ${principal.id}`}>
            <Choice
              principal={principal}
              isChosen={chosen.some(({ id }) => id === principal.id)}
              onToggle={() => onToggle(principal)}
            />
          </li>
        ))}
      </ul>
      {hasMore && <Caption1>{t.more}</Caption1>}
    </>
  )
}

/** Why some are not found. */
export function MissingRights({ rights }: { readonly rights: readonly string[] }) {
  const t = useTexts(pickerTexts)
  return rights.map((right) => <Caption1 key={right}>{t.missing(right)}</Caption1>)
}

/** Where the directory is another provider's, nobody here knows whose id it is. */
const byObjectId = (id: string, kind: PrincipalKind): Principal => ({
  id: id.toLowerCase(),
  kind,
  name: id,
  detail: '',
})

function Choice(props: { readonly principal: Principal; readonly isChosen: boolean; readonly onToggle: () => void }) {
  const { principal, isChosen, onToggle } = props
  const styles = useStyles()
  const Icon = PRINCIPAL_ICONS[principal.kind]
  return (
    <Button
      appearance="subtle"
      className={styles.choice}
      aria-pressed={isChosen}
      icon={isChosen ? <CheckmarkRegular /> : <Icon />}
      onClick={onToggle}
    >
      <PrincipalWords principal={principal} />
    </Button>
  )
}

/** Name, and below it of which kind it is. */
export function PrincipalWords(props: { readonly principal: Principal; readonly isKindShown?: boolean }) {
  const { name, kind, detail } = props.principal
  const styles = useStyles()
  const kinds = useTexts(principalTexts)
  return (
    <span className={styles.words}>
      <span>{name}</span>{' '}
      <Caption1>
        {[props.isKindShown === false ? '' : kinds[kind], detail].filter((part) => part !== '').join(' · ')}
      </Caption1>
    </span>
  )
}

function Chosen(props: { readonly principals: readonly Principal[]; readonly onRemove: (one: Principal) => void }) {
  const t = useTexts(pickerTexts)
  if (props.principals.length === 0) return <Body1>{t.none}</Body1>
  return <PrincipalList label={t.selectedMembers} {...props} />
}

/** Those that were chosen, each with a button that takes it out again. */
export function PrincipalList(props: {
  readonly label: string
  readonly principals: readonly Principal[]
  readonly onRemove: (principal: Principal) => void
}) {
  const { label, principals, onRemove } = props
  const common = useTexts(commonTexts)
  const styles = useStyles()
  return (
    <ul className={styles.list} aria-label={label}>
      {principals.map((principal) => (
        <li key={principal.id} className={styles.chosen}>
          <PrincipalWords principal={principal} />
          <Button
            appearance="subtle"
            icon={<DismissRegular />}
            aria-label={`${common.remove}: ${principal.name}`}
            onClick={() => onRemove(principal)}
          />
        </li>
      ))}
    </ul>
  )
}
