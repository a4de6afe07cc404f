// Text that somebody else wrote: a subject, an address, what a server said. It is shown as it is, but what would not be seen, or would
// turn around what is seen, stands there by its name. Unicode Technical Report 36 §2.

import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Fragment } from 'react'

/**
 * Controls, format characters, other line ends, lone surrogates; and all marks on a letter from the ninth on, which no script needs and no
 * line can be broken between: the first of them stands for the rest. Joiners of letters are part of how words are written.
 */
const UNSEEN = /((?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?<=\p{M}{8})\p{M}+)/u
const UNSEEN_EVERYWHERE = new RegExp(UNSEEN, 'gu')

const nameOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

const isKept = (part: string, keepLines: boolean): boolean => keepLines && /^[\r\n\t]$/.test(part)

/** For where there is nothing but text: labels, titles, and what is too long to be taken apart. */
export const visibleText = (text: string, keepLines = false): string =>
  text.replaceAll(UNSEEN_EVERYWHERE, (character) =>
    isKept(character, keepLines) ? character : `⟨${nameOf(character)}⟩`,
  )

const useStyles = makeStyles({
  text: { overflowWrap: 'anywhere' },
  clamped: { display: '-webkit-box', WebkitBoxOrient: 'vertical', overflow: 'hidden' },
  unseen: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase100,
    padding: '0 2px',
    borderRadius: tokens.borderRadiusSmall,
    backgroundColor: tokens.colorNeutralBackground4,
    color: tokens.colorNeutralForeground2,
  },
})

export function ForeignText(props: {
  readonly text: string
  /** Line ends and tabs are what they are. */
  readonly keepLines?: boolean
  /** No more than so many are seen; the rest is in the title. */
  readonly lines?: number
}) {
  const { text, keepLines = false, lines } = props
  const styles = useStyles()
  return (
    <bdi
      className={mergeClasses(styles.text, lines !== undefined && styles.clamped)}
      {...(lines !== undefined && { style: { WebkitLineClamp: lines }, title: visibleText(text) })}
    >
      {text.split(UNSEEN).map((part, index) =>
        index % 2 === 0 || isKept(part, keepLines) ? (
          <Fragment key={index}>{part}</Fragment>
        ) : (
          <span key={index} className={styles.unseen}>
            {nameOf(part)}
          </span>
        ),
      )}
    </bdi>
  )
}
