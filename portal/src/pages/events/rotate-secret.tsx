// The next secret of an event subscription, shown once; and the end of those before it.

import { Dropdown, Field, MessageBar, MessageBarBody, Option, Text } from '@fluentui/react-components'
import { useState } from 'react'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { CopyField } from '../../parts/copy-field.tsx'
import { DoneDialog, FormDialog } from '../../parts/form-dialog.tsx'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { type EventSubscription, subscriptionPath } from './subscription.ts'
import { subscriptionTexts } from './subscription-texts.ts'

/** In seconds. */
const OVERLAPS = [0, 3600, 86_400, 604_800, 2_592_000] as const
type Overlap = (typeof OVERLAPS)[number]

type DialogProps = {
  readonly scope: string
  readonly subscription: EventSubscription
  readonly onClose: () => void
}

function useRotation({ scope, subscription: { name } }: DialogProps, options: { said?: string; onDone?: () => void }) {
  const api = useApi()
  const { said, onDone } = options
  return useAction({
    run: (json: object) =>
      api.call<EventSubscription>('POST', `${subscriptionPath(scope, name)}/rotateSecret`, { json }),
    ...(said !== undefined && { said: () => said }),
    ...(onDone !== undefined && { onDone }),
  })
}

export function RotateSecret(props: DialogProps) {
  const t = useTexts(subscriptionTexts)
  const [overlap, setOverlap] = useState<Overlap>(86_400)
  const rotation = useRotation(props, {})
  const secret = rotation.data?.properties.secret
  if (secret !== undefined)
    return (
      <DoneDialog title={t.rotate} onClose={props.onClose}>
        <MessageBar intent="warning">{t.secretOnce}</MessageBar>
        <CopyField label={t.newSecret} value={secret} isSecret />
      </DoneDialog>
    )
  return (
    <FormDialog
      title={t.rotate}
      verb={t.rotate}
      isReady
      isBusy={rotation.isPending}
      error={rotation.error}
      onSubmit={() => rotation.mutate({ overlap })}
      onClose={props.onClose}
    >
      <OverlapChoice overlap={overlap} onChange={setOverlap} />
    </FormDialog>
  )
}

function OverlapChoice(props: { readonly overlap: Overlap; readonly onChange: (overlap: Overlap) => void }) {
  const { overlap, onChange } = props
  const t = useTexts(subscriptionTexts)
  const chosen = (value: string | undefined) => OVERLAPS.find((one) => String(one) === value) ?? overlap
  return (
    <>
      <Text>{t.rotateHint}</Text>
      <Field label={t.overlap}>
        <Dropdown
          value={t.overlaps[overlap]}
          selectedOptions={[String(overlap)]}
          onOptionSelect={(_event, { optionValue }) => onChange(chosen(optionValue))}
        >
          {OVERLAPS.map((one) => (
            <Option key={one} value={String(one)}>
              {t.overlaps[one]}
            </Option>
          ))}
        </Dropdown>
      </Field>
      {overlap === 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t.atOnce}</MessageBarBody>
        </MessageBar>
      )}
    </>
  )
}

export function EndOldSecrets(props: DialogProps) {
  const t = useTexts(subscriptionTexts)
  const end = useRotation(props, { said: t.ended, onDone: props.onClose })
  return (
    <ConfirmDialog
      title={t.endOldTitle}
      verb={t.endOld}
      isBusy={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate({ endOldSecrets: true })}
      onClose={props.onClose}
    >
      <Text>{t.endOldBreaks}</Text>
    </ConfirmDialog>
  )
}
