// What the delivery section needs beside itself. Files: where they are, and who may read them; secrets are files so that the
// configuration itself can be shown to others. Packages: those that only some ways out want, which are installed with them.

import type { DeliveryConfig } from './delivery-schema.ts'
import type { ConfigProblem } from './explain-issue.ts'
import type { Readership } from './guarded-file.ts'

const TRANSPORT_FILES = ['caFile', 'passwordFile', 'clientSecretFile', 'connectionStringFile'] as const

export function withDeliveryFiles(delivery: DeliveryConfig, resolve: (file: string) => string): DeliveryConfig {
  const { hook, mx, transports, ...rest } = delivery
  return {
    ...rest,
    mx: { ...mx, ...resolved(mx, ['caFile'], resolve) },
    transports: transports.map((transport) => ({ ...transport, ...resolved(transport, TRANSPORT_FILES, resolve) })),
    ...(hook === undefined ? {} : { hook: { ...hook, ...resolved(hook, ['passwordFile'], resolve) } }),
  }
}

function resolved<Key extends string>(
  section: { readonly [key in Key]?: string | undefined },
  keys: readonly Key[],
  resolve: (file: string) => string,
): { readonly [key in Key]?: string } {
  const named = keys.flatMap((key) => {
    const file = section[key]
    return file === undefined ? [] : [[key, resolve(file)]]
  })
  return Object.fromEntries(named) as { readonly [key in Key]?: string }
}

/** Each with the path of its key. */
export function deliveryFiles({
  transports,
  mx,
  hook,
}: DeliveryConfig): readonly { readonly path: string; readonly file: string; readonly readership: Readership }[] {
  const files: { path: string; file: string | undefined; readership: Readership }[] = transports.flatMap(
    (transport, index) =>
      TRANSPORT_FILES.map((key) => ({
        path: `delivery.transports.${index}.${key}`,
        file: transport[key],
        readership: key === 'caFile' ? 'anybody' : 'owner',
      })),
  )
  files.push({ path: 'delivery.mx.caFile', file: mx.caFile, readership: 'anybody' })
  files.push({ path: 'delivery.hook.passwordFile', file: hook?.passwordFile, readership: 'owner' })
  return files.flatMap(({ file, ...named }) => (file === undefined ? [] : [{ ...named, file }]))
}

const ACS_PACKAGES = ['@azure/communication-email', '@azure/identity']

/** `isInstalled` is told the name of a package. */
export function findMissingPackages(
  { transports }: DeliveryConfig,
  isInstalled: (name: string) => boolean = isResolvable,
): readonly ConfigProblem[] {
  if (ACS_PACKAGES.every(isInstalled)) return []
  return transports.flatMap(({ type }, index) =>
    type === 'acs'
      ? [
          {
            path: `delivery.transports.${index}.type`,
            message: `needs packages that are not installed: run npm install ${ACS_PACKAGES.join(' ')}`,
          },
        ]
      : [],
  )
}

function isResolvable(name: string): boolean {
  try {
    import.meta.resolve(name)
    return true
  } catch {
    return false
  }
}
