// How wide an element is, so that what is drawn in it has letters of one size on every screen.

import { useCallback, useState } from 'react'

export function useWidth(): readonly [width: number, ref: (element: Element | null) => (() => void) | undefined] {
  const [width, setWidth] = useState(0)
  const ref = useCallback((element: Element | null) => {
    if (element === null) return undefined
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [width, ref]
}
