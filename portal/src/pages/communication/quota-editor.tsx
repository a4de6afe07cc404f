// One quota, of whatever it is: what it limits, how much of it is used at this moment, and the form that changes it.

import {
  Caption1,
  Field,
  Input,
  makeStyles,
  ProgressBar,
  Spinner,
  Subtitle2,
  Text,
  tokens,
} from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Failure } from '../../parts/failure.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { quotasTexts } from './quotas-texts.ts'

const UNITS = ['messages', 'recipients'] as const
const WINDOWS = ['minute', 'hour', 'day'] as const
type Unit = (typeof UNITS)[number]
type Window = (typeof WINDOWS)[number]
type Limits = Readonly<Record<Unit, { readonly [Name in Window]?: number }>>
type Usage = {
  readonly name: string
  readonly unit: Unit
  readonly window: Window
  readonly limit: number
  readonly used: number
  readonly resetsAt: string
}
type Quota = {
  readonly properties: {
    readonly origin: 'api' | 'configuration'
    readonly limits: Limits
    readonly usage: readonly Usage[]
  }
}

const WRITE = { action: 'Postern.Mail/quotas/write' }
/** In milliseconds. */
const LOOK_AGAIN = 5000
const MOST = 1_000_000_000
const ALMOST = 0.8

const useStyles = makeStyles({
  editor: { display: 'grid', gap: tokens.spacingVerticalL, maxWidth: '900px' },
  usage: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 260px), 1fr))',
    gap: tokens.spacingHorizontalL,
  },
  fields: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(140px, 1fr))',
    alignItems: 'start',
    gap: tokens.spacingHorizontalM,
  },
  input: { minWidth: 0 },
  unit: { border: 0, padding: 0, margin: 0, display: 'grid', gap: tokens.spacingVerticalS, minWidth: 0 },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
})

/** `path` is that of the quota, `scope` where the right to change it counts. */
export function QuotaEditor({ path, scope }: { readonly path: string; readonly scope: string }) {
  const t = useTexts(quotasTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const api = useApi()
  const quota = useQuery({
    queryKey: [path],
    refetchInterval: LOOK_AGAIN,
    queryFn: ({ signal }) => api.call<Quota>('GET', path, { signal }),
  })
  if (quota.isPending) return <Spinner label={common.loading} />
  if (quota.isError) return <Failure error={quota.error} onRetry={() => void quota.refetch()} />
  const { origin, limits, usage } = quota.data.properties
  return (
    <div className={styles.editor}>
      <Text>{origin === 'api' ? t.fromHere : t.fromConfiguration}</Text>
      <Subtitle2 as="h3">{t.usage}</Subtitle2>
      {usage.length === 0 ? <Text>{t.noLimit}</Text> : <UsageBars usage={usage} />}
      <LimitsForm key={JSON.stringify(limits)} path={path} scope={scope} limits={limits} isOwn={origin === 'api'} />
    </div>
  )
}

function UsageBars({ usage }: { readonly usage: readonly Usage[] }) {
  const t = useTexts(quotasTexts)
  const styles = useStyles()
  const { number, fromNow } = useFormats()
  return (
    <div className={styles.usage}>
      {usage.map(({ name, unit, window, limit, used, resetsAt }) => {
        const part = limit === 0 ? 1 : Math.min(1, used / limit)
        return (
          <Field
            key={name}
            label={`${t.units[unit]} ${t.windows[window]}`}
            {...(used > 0 && { hint: t.resets(fromNow(resetsAt)) })}
          >
            <ProgressBar
              value={part}
              thickness="large"
              color={part >= 1 ? 'error' : part >= ALMOST ? 'warning' : 'brand'}
            />
            <Caption1>{t.used(number(used), number(limit))}</Caption1>
          </Field>
        )
      })}
    </div>
  )
}

type Typed = Record<Unit, Partial<Record<Window, string>>>

const typedOf = (limits: Limits): Typed => {
  const texts = (unit: Unit) =>
    Object.fromEntries(WINDOWS.map((window) => [window, limits[unit][window]?.toString() ?? '']))
  return { messages: texts('messages'), recipients: texts('recipients') }
}

const isValid = (text: string) => text === '' || (/^\d+$/.test(text) && Number(text) <= MOST)

function limitsOf(typed: Typed): Limits {
  const numbers = (unit: Unit) =>
    Object.fromEntries(
      WINDOWS.flatMap((window) => {
        const text = typed[unit][window] ?? ''
        return text === '' ? [] : [[window, Number(text)]]
      }),
    )
  return { messages: numbers('messages'), recipients: numbers('recipients') }
}

function LimitsForm(props: {
  readonly path: string
  readonly scope: string
  readonly limits: Limits
  readonly isOwn: boolean
}) {
  const { path, scope, limits, isOwn } = props
  const t = useTexts(quotasTexts)
  const styles = useStyles()
  const api = useApi()
  const [typed, setTyped] = useState(() => typedOf(limits))
  const [isAsked, setIsAsked] = useState(false)
  const save = useAction({
    run: () => api.call('PUT', path, { json: { properties: { limits: limitsOf(typed) } } }),
    said: () => t.saved,
  })
  const all = UNITS.flatMap((unit) => WINDOWS.map((window) => typed[unit][window] ?? ''))
  return (
    <>
      {UNITS.map((unit) => (
        <fieldset key={unit} className={styles.unit}>
          <Subtitle2 as="h3">{t.units[unit]}</Subtitle2>
          <div className={styles.fields}>
            {WINDOWS.map((window) => (
              <LimitField
                key={window}
                label={t.windows[window]}
                name={`${t.units[unit]} ${t.windows[window]}`}
                value={typed[unit][window] ?? ''}
                onChange={(text) => setTyped({ ...typed, [unit]: { ...typed[unit], [window]: text } })}
              />
            ))}
          </div>
        </fieldset>
      ))}
      {save.error && <Failure error={save.error} />}
      <div className={styles.actions}>
        <GuardedButton
          scope={scope}
          right={WRITE}
          appearance="primary"
          disabled={!all.every(isValid) || save.isPending}
          onClick={() => save.mutate(undefined)}
        >
          {t.save}
        </GuardedButton>
        {isOwn && (
          <GuardedButton scope={scope} right={WRITE} onClick={() => setIsAsked(true)}>
            {t.remove}
          </GuardedButton>
        )}
      </div>
      {isAsked && <RemoveDialog path={path} onClose={() => setIsAsked(false)} />}
    </>
  )
}

function LimitField(props: {
  readonly label: string
  /** With its unit, for who does not see what it stands under. */
  readonly name: string
  readonly value: string
  readonly onChange: (text: string) => void
}) {
  const { label, name, value, onChange } = props
  const t = useTexts(quotasTexts)
  const styles = useStyles()
  const message = isValid(value) ? (Number(value || 1) === 0 ? t.zero : undefined) : t.invalid
  return (
    <Field
      label={label}
      validationState={message === undefined ? 'none' : isValid(value) ? 'warning' : 'error'}
      {...(message !== undefined && { validationMessage: message })}
    >
      <Input
        className={styles.input}
        inputMode="numeric"
        aria-label={name}
        value={value}
        onChange={(_event, data) => onChange(data.value.trim())}
      />
    </Field>
  )
}

function RemoveDialog({ path, onClose }: { readonly path: string; readonly onClose: () => void }) {
  const t = useTexts(quotasTexts)
  const api = useApi()
  const remove = useAction({ run: () => api.call('DELETE', path), said: () => t.removed, onDone: onClose })
  return (
    <ConfirmDialog
      title={t.removeTitle}
      verb={t.remove}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined)}
      onClose={onClose}
    >
      <Text>{t.removeBreaks}</Text>
    </ConfirmDialog>
  )
}
