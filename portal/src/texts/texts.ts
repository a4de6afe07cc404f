// What is said, in each language. A page keeps its texts beside itself; English is the original, and the compiler sees that every other
// language says all of it. What has something to fill in is a function.

export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

export type Say = string | ((...args: never[]) => string)
export type Sayings = { readonly [key: string]: Say | Sayings }

/** The same in other words. */
type Translated<T> = {
  readonly [Key in keyof T]: T[Key] extends string
    ? string
    : T[Key] extends (...args: infer Args) => string
      ? (...args: Args) => string
      : Translated<T[Key]>
}

export type Texts<T> = { readonly en: Translated<T>; readonly de: Translated<T> }

export const defineTexts = <const T extends Sayings>(en: T, de: Translated<T>): Texts<T> => ({
  en: en as unknown as Translated<T>,
  de,
})

/** `one` for exactly one, in both languages. */
export const counted = (count: number, one: string, more: string): string => (count === 1 ? one : more)
