// How something stands, told by a word and a sign as well as by colour.

import { Badge, makeStyles } from '@fluentui/react-components'
import { CheckmarkCircleRegular, CircleRegular, DismissCircleRegular, WarningRegular } from '@fluentui/react-icons'

const LOOKS = {
  good: { color: 'success', icon: <CheckmarkCircleRegular /> },
  bad: { color: 'danger', icon: <DismissCircleRegular /> },
  warning: { color: 'warning', icon: <WarningRegular /> },
  none: { color: 'informative', icon: <CircleRegular /> },
} as const
export type Look = keyof typeof LOOKS

const useStyles = makeStyles({ badge: { whiteSpace: 'nowrap', flexShrink: 0 } })

/** `name` is the whole of it, where `text` is but what there is room for. */
export function StateBadge(props: { readonly look: Look; readonly text: string; readonly name?: string }) {
  const { look, text, name } = props
  const styles = useStyles()
  return (
    <Badge
      className={styles.badge}
      appearance="tint"
      color={LOOKS[look].color}
      icon={LOOKS[look].icon}
      {...(name !== undefined && { role: 'img', 'aria-label': name, title: name })}
    >
      {text}
    </Badge>
  )
}
