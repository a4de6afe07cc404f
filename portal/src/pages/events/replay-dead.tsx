// Everything that was given up is told again, however much it is; how far it has come is seen meanwhile.

import { ProgressBar, Text } from '@fluentui/react-components'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { useReplay } from './replay.ts'
import { subscriptionTexts } from './subscription-texts.ts'

export function ReplayDead(props: { readonly scope: string; readonly name: string; readonly onClose: () => void }) {
  const { scope, name, onClose } = props
  const t = useTexts(subscriptionTexts)
  const { number } = useFormats()
  const replay = useReplay(scope, name, onClose)
  return (
    <ConfirmDialog
      title={t.replayTitle}
      verb={t.replayDead}
      isBusy={replay.isPending}
      error={replay.error}
      onConfirm={() => replay.mutate({ status: 'dead' })}
      onClose={onClose}
    >
      <Text>{t.replayBreaks}</Text>
      {replay.isPending && (
        <div role="status">
          <Text>{t.replaying(number(replay.done))}</Text>
          <ProgressBar aria-label={t.replayTitle} />
        </div>
      )}
    </ConfirmDialog>
  )
}
