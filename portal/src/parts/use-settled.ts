// A value that is being typed, once nobody has typed for a moment: what is searched for is not asked at every key.

import { useEffect, useState } from 'react'

const PAUSE = 250

export function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
