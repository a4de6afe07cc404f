// Data as it is, in JSON, to be read and copied. What would not be seen in it is shown by its name.

import { makeStyles, tokens } from '@fluentui/react-components'
import { CopyButton } from './copy-field.tsx'
import { ForeignText } from './foreign-text.tsx'

const useStyles = makeStyles({
  frame: { position: 'relative', minWidth: 0 },
  text: {
    margin: 0,
    padding: tokens.spacingHorizontalM,
    paddingRight: tokens.spacingHorizontalXXXL,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    overflowX: 'auto',
  },
  copy: { position: 'absolute', top: tokens.spacingVerticalXS, right: tokens.spacingHorizontalXS },
})

export function JsonView({ label, value }: { readonly label: string; readonly value: unknown }) {
  const styles = useStyles()
  const text = JSON.stringify(value, null, 2)
  return (
    <div className={styles.frame}>
      <pre className={styles.text} aria-label={label} tabIndex={0}>
        <ForeignText text={text} keepLines />
      </pre>
      <span className={styles.copy}>
        <CopyButton label={label} value={text} />
      </span>
    </div>
  )
}
