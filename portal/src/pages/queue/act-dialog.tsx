// Before some of the queue is tried again, held or given up: how much it is and what that means. While it runs, how far it has come.

import { Checkbox, Field, Input, ProgressBar, Spinner, Text } from '@fluentui/react-components'
import { useRef, useState } from 'react'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Failure } from '../../parts/failure.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { type Outcomes, type QueueAct, runThrough, setHold, useReach } from './act.ts'
import type { QueueGroups, Selected } from './queued.ts'
import { actTexts, queueTexts } from './texts.ts'

type Props = { readonly act: QueueAct; readonly selected: Selected; readonly onClose: () => void }

export function ActDialog({ act, selected, onClose }: Props) {
  const t = useTexts(actTexts)
  const verbs = useTexts(queueTexts)
  const [reason, setReason] = useState('')
  const [report, setReport] = useState(false)
  const reach = useReach(selected)
  const { action, progress, stop } = useQueueAct({ act, selected, reason, report, onDone: onClose })
  const isEverything = selected.type === 'fitting' && Object.keys(selected.filter).length === 0
  const titles = { retry: t.retryTitle, hold: t.holdTitle, delete: t.deleteTitle }
  return (
    <ConfirmDialog
      title={titles[act]}
      verb={verbs[act]}
      {...(isEverything && act !== 'retry' && { name: t.everything })}
      isBusy={action.isPending || (selected.type === 'fitting' && !reach.data)}
      error={action.error}
      onConfirm={() => action.mutate(undefined)}
      onClose={() => {
        stop()
        onClose()
      }}
    >
      <Reach selected={selected} groups={reach.data} error={reach.error} />
      {isEverything && <Text weight="semibold">{t.isAll}</Text>}
      <What act={act} selected={selected} groups={reach.data} />
      {act === 'hold' && (
        <Field label={t.holdReason} hint={t.holdReasonHint}>
          <Input value={reason} maxLength={500} onChange={(_event, { value }) => setReason(value)} />
        </Field>
      )}
      {act === 'delete' && (
        <Checkbox
          label={t.deleteReport}
          checked={report}
          onChange={(_event, { checked }) => setReport(checked === true)}
        />
      )}
      {action.isPending && act !== 'hold' && (
        <Progress done={progress} all={selected.type === 'named' ? selected.ids.length : (reach.data?.messages ?? 0)} />
      )}
    </ConfirmDialog>
  )
}

function useQueueAct(
  options: Omit<Props, 'onClose'> & {
    readonly reason: string
    readonly report: boolean
    readonly onDone: () => void
  },
) {
  const { act, selected, reason, report, onDone } = options
  const t = useTexts(actTexts)
  const api = useApi()
  const [progress, setProgress] = useState(0)
  const isStopped = useRef(false)
  const run = async (): Promise<Outcomes> => {
    if (act === 'hold') return setHold(api, selected, reason).then(() => ({}))
    return runThrough(api, act, selected, {
      ...(act === 'delete' && { more: { report } }),
      onProgress: setProgress,
      isStopped: () => isStopped.current,
    })
  }
  const said = ({ due = 0, held = 0, deleted = 0, changed = 0, missing = 0 }: Outcomes) => {
    if (isStopped.current) return t.stopped(due + held + deleted)
    if (act === 'hold') return t.holdDone
    return act === 'retry' ? t.retryDone(due, held) : t.deleteDone(deleted, changed + missing)
  }
  const stop = () => {
    isStopped.current = true
  }
  return { action: useAction({ run, said, onDone }), progress, stop }
}

function Reach(props: {
  readonly selected: Selected
  readonly groups: QueueGroups | undefined
  readonly error: unknown
}) {
  const { selected, groups, error } = props
  const t = useTexts(actTexts)
  const { number } = useFormats()
  if (selected.type === 'named') return <Text>{t.reachNamed(selected.ids.length)}</Text>
  if (error != null) return <Failure error={error} />
  if (groups === undefined) return <Spinner size="tiny" label={t.counting} />
  if (!groups.isComplete) return <Text>{t.reachAtLeast(number(groups.messages))}</Text>
  return <Text>{t.reach(number(groups.messages), number(sumOf(groups, 'recipients')))}</Text>
}

const sumOf = ({ value }: QueueGroups, member: 'recipients' | 'held'): number =>
  value.reduce((sum, group) => sum + group[member], 0)

function What({ act, selected, groups }: Omit<Props, 'onClose'> & { readonly groups: QueueGroups | undefined }) {
  const t = useTexts(actTexts)
  const { number } = useFormats()
  if (act === 'delete') return <Text>{t.deleteWhat}</Text>
  if (act === 'hold')
    return (
      <>
        <Text>{t.holdWhat}</Text>
        {selected.type === 'fitting' && <Text>{t.holdLater}</Text>}
      </>
    )
  const held = groups === undefined ? 0 : sumOf(groups, 'held')
  return (
    <>
      <Text>{t.retryWhat}</Text>
      {held > 0 && <Text>{t.retryHeld(number(held))}</Text>}
    </>
  )
}

function Progress({ done, all }: { readonly done: number; readonly all: number }) {
  const t = useTexts(actTexts)
  const { number } = useFormats()
  return (
    <Field validationMessage={t.progress(number(done), number(all))} validationState="none">
      <ProgressBar max={Math.max(all, 1)} value={Math.min(done, all)} />
    </Field>
  )
}
