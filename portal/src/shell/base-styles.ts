// What plain elements look like on every page: headings take no room of their own, and links have the colours of the theme.

import { makeStaticStyles, tokens } from '@fluentui/react-components'

export const useBaseStyles = makeStaticStyles({
  'h1, h2, h3, h4, h5, h6': { margin: 0 },
  'a:not([class])': { color: tokens.colorBrandForegroundLink },
  'a:not([class]):hover': { color: tokens.colorBrandForegroundLinkHover },
})
