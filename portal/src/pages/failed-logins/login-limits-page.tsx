// Who waits because too many of their logins failed, the worst first; and letting them in again.

import { makeStyles, Text, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { usePages } from '../../api/pages.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { ForeignText, visibleText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { CLEAR_LIMITS, LOGIN_LIMITS, type LoginLimit } from './decision.ts'
import { FailedLoginsFrame } from './failed-logins-frame.tsx'
import { limitsTexts } from './texts.ts'

/** As the API takes it, and in words. */
type Clearing = { readonly json: object; readonly what: string }

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
})

export function LoginLimitsPage() {
  const t = useTexts(limitsTexts)
  const styles = useStyles()
  const [clearing, setClearing] = useState<Clearing | undefined>()
  const pages = usePages<LoginLimit>(LOGIN_LIMITS, { limit: 500 })
  const columns = useColumns(setClearing)
  const hasNetworks = pages.items.some(({ kind }) => kind === 'source' || kind === 'token')
  return (
    <FailedLoginsFrame title={t.title}>
      <Text>{t.intro}</Text>
      {pages.items.length > 0 && (
        <div className={styles.actions}>
          <GuardedButton
            scope="/"
            right={CLEAR_LIMITS}
            onClick={() => setClearing({ json: { scope: 'tenant' }, what: t.clearTenantWhat })}
          >
            {t.clearAll}
          </GuardedButton>
          {hasNetworks && (
            <GuardedButton
              scope="/"
              right={CLEAR_LIMITS}
              onClick={() => setClearing({ json: { scope: 'installation' }, what: t.clearInstallationWhat })}
            >
              {t.clearInstallation}
            </GuardedButton>
          )}
        </div>
      )}
      <PagedTable
        label={t.title}
        pages={pages}
        keyOf={({ kind, subject, tenantId, since }) => `${kind} ${subject} ${tenantId} ${since}`}
        empty={t.none}
        columns={columns}
      />
      {clearing && <ClearDialog clearing={clearing} onClose={() => setClearing(undefined)} />}
    </FailedLoginsFrame>
  )
}

/** Undefined for what cannot be named. */
function bodyOf({ kind, subject }: LoginLimit): object | undefined {
  if (kind === 'tenant') return { scope: 'tenant' }
  if (subject === null) return undefined
  return kind === 'username' ? { username: subject } : { network: subject }
}

function useColumns(onClear: (clearing: Clearing) => void): readonly Column<LoginLimit>[] {
  const t = useTexts(limitsTexts)
  const { number, time, fromNow } = useFormats()
  const moment = (iso: string) => <span title={time(iso)}>{fromNow(iso)}</span>
  return [
    {
      key: 'subject',
      header: t.subject,
      width: 260,
      cell: ({ subject }) => <ForeignText text={subject ?? t.hidden} />,
    },
    { key: 'kind', header: t.kind, width: 130, cell: ({ kind }) => t.kinds[kind] },
    { key: 'wait', header: t.wait, width: 150, cell: (limit) => <Wait limit={limit} /> },
    { key: 'attempts', header: t.attempts, width: 90, cell: ({ attempts }) => number(attempts) },
    { key: 'last', header: t.last, width: 130, cell: ({ lastAt }) => moment(lastAt) },
    { key: 'until', header: t.until, width: 120, cell: ({ until }) => moment(until) },
    {
      key: 'clear',
      header: t.actions,
      width: 130,
      cell: (limit) => <ClearButton limit={limit} onClear={onClear} />,
    },
  ]
}

function Wait({ limit: { wait, turnedAway } }: { readonly limit: LoginLimit }) {
  const t = useTexts(limitsTexts)
  const { duration } = useFormats()
  if (turnedAway) return <StateBadge look="bad" text={t.away} />
  if (wait === 0) return t.noWait
  return <StateBadge look="warning" text={duration(wait * 1000)} />
}

function ClearButton(props: { readonly limit: LoginLimit; readonly onClear: (clearing: Clearing) => void }) {
  const { limit, onClear } = props
  const t = useTexts(limitsTexts)
  const json = bodyOf(limit)
  if (json === undefined) return null
  const subject = visibleText(limit.subject ?? t.kinds[limit.kind])
  const what = limit.kind === 'tenant' ? t.clearTenantWhat : t.clearWhat(subject)
  return (
    <GuardedButton
      scope="/"
      right={CLEAR_LIMITS}
      size="small"
      aria-label={t.clearOf(subject)}
      onClick={() => onClear({ json, what })}
    >
      {t.clear}
    </GuardedButton>
  )
}

function ClearDialog({ clearing, onClose }: { readonly clearing: Clearing; readonly onClose: () => void }) {
  const t = useTexts(limitsTexts)
  const api = useApi()
  const clear = useAction({
    run: () => api.call('POST', `${LOGIN_LIMITS}/clear`, { json: clearing.json }),
    said: () => t.cleared,
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={t.clearTitle}
      verb={t.clear}
      isBusy={clear.isPending}
      error={clear.error}
      onConfirm={() => clear.mutate(undefined)}
      onClose={onClose}
    >
      <Text>{clearing.what}</Text>
    </ConfirmDialog>
  )
}
