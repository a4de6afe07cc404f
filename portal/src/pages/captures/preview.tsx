// The HTML of a message, in a frame that runs nothing, loads nothing and leads nowhere.

import { Caption1, makeStyles, MessageBar, MessageBarBody, tokens } from '@fluentui/react-components'
import { useCallback, useMemo } from 'react'
import { useTexts } from '../../texts/language.tsx'
import { type Enclosed, makePreview } from './preview-document.ts'
import { capturesTexts } from './texts.ts'

const useStyles = makeStyles({
  preview: { display: 'grid', gap: tokens.spacingVerticalS, minWidth: 0 },
  frame: {
    width: '100%',
    height: '60vh',
    boxSizing: 'border-box',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: '#fff',
    resize: 'vertical',
  },
})

export function Preview(props: {
  readonly subject: string
  readonly html: string
  readonly enclosed: readonly Enclosed[]
}) {
  const { subject, html, enclosed } = props
  const t = useTexts(capturesTexts)
  const styles = useStyles()
  const shown = useMemo(() => makePreview(html, enclosed), [html, enclosed])
  // As an attribute React would make text of it, which trusted types refuse.
  const fill = useCallback(
    (frame: HTMLIFrameElement | null) => {
      if (frame !== null) frame.srcdoc = shown.html
    },
    [shown],
  )
  return (
    <div className={styles.preview}>
      {shown.blocked > 0 && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t.blocked(shown.blocked)}</MessageBarBody>
        </MessageBar>
      )}
      <iframe
        title={t.previewOf(subject)}
        className={styles.frame}
        sandbox=""
        referrerPolicy="no-referrer"
        ref={fill}
      />
      <Caption1>{t.inert}</Caption1>
    </div>
  )
}
