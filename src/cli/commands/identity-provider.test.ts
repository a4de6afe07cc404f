import { testCommands } from '../api-stand-in.fixture.ts'

const TENANT = 'aaaaaaaa-0000-4000-8000-000000000001'
const PROVIDERS = '/providers/Postern.Mail/identityProviders'
const entra = {
  name: TENANT,
  properties: {
    provider: 'entra',
    origin: 'api',
    entra: { authority: 'https://login.microsoftonline.us', scope: 'https://mail.test/.default', audiences: [] },
    timeout: '2500ms',
    recheck: 'interval',
    recheckInterval: '300000ms',
  },
}
const signIn = {
  clientId: 'portal',
  scope: 'openid profile',
  hasClientSecret: true,
  redirectUri: 'https://postern.test/t/login/callback',
}
const signingIn = { ...entra, properties: { ...entra.properties, signIn } }
const embedded = { name: TENANT, properties: { provider: 'embedded', origin: 'default' } }

testCommands([
  {
    name: 'identity-provider list says where secrets are proven',
    line: ['identity-provider', 'list'],
    routes: { [`GET ${PROVIDERS}`]: { body: { value: [entra, embedded] } } },
    out: /entra +https:\/\/login\.microsoftonline\.us +set with .*\n.* embedded +nothing is set\n$/,
  },
  {
    name: 'identity-provider show tells everything that is set',
    line: ['identity-provider', 'show'],
    routes: { [`GET ${PROVIDERS}/tenant`]: { body: entra } },
    out: /^Tenant .*\nProvider +entra\nOrigin .*\nauthority .*\nscope +https:\/\/mail\.test\/\.default\nTime limit +2500ms\nAsked again +after 300000ms\n$/m,
  },
  {
    name: 'identity-provider set with a client to sign in as takes its secret from no argument',
    line: [
      'identity-provider',
      'set',
      '--provider',
      'entra',
      '--sign-in-client-id',
      'portal',
      '--sign-in-scope',
      'openid',
    ],
    env: { POSTERN_SIGN_IN_SECRET: 'not a real secret' },
    routes: { [`PUT ${PROVIDERS}/tenant`]: { body: signingIn } },
    bodies: [
      {
        properties: {
          provider: 'entra',
          entra: {},
          signIn: { clientId: 'portal', scope: 'openid', clientSecret: 'not a real secret' },
        },
      },
    ],
    out: /^Portal client +portal\nIts secret +yes\nIts redirect URI +https:\/\/postern\.test\/t\/login\/callback\nIts scopes +openid profile\n$/m,
  },
  {
    name: 'identity-provider set --provider entra',
    line: ['identity-provider', 'set', '--provider', 'entra', '--authority', 'usgov', '--recheck', 'message'],
    routes: { [`PUT ${PROVIDERS}/tenant`]: { body: entra } },
    bodies: [{ properties: { provider: 'entra', entra: { authority: 'usgov' }, recheck: 'message' } }],
    out: /^Tenant /,
  },
  {
    name: 'identity-provider set --provider oidc',
    line: [
      ...['identity-provider', 'set', '--provider', 'oidc', '--issuer', 'https://id.test', '--groups-claim', 'groups'],
      ...['--accept-audience', 'one', 'two', '--timeout', '1s'],
    ],
    routes: { [`PUT ${PROVIDERS}/tenant`]: { status: 201, body: embedded } },
    bodies: [
      {
        properties: {
          provider: 'oidc',
          oidc: { issuer: 'https://id.test', groupsClaim: 'groups', audiences: ['one', 'two'] },
          timeout: '1s',
        },
      },
    ],
  },
  ...[
    ['--provider', 'oidc'],
    ['--provider', 'entra', '--issuer', 'https://id.test'],
    ['--provider', 'oidc', '--issuer', 'https://id.test', '--authority', 'public'],
    ['--provider', 'embedded', '--groups-claim', 'groups'],
    ['--provider', 'ldap'],
    ['--provider', 'embedded', '--sign-in-client-id', 'portal'],
    ['--provider', 'entra', '--sign-in-scope', 'openid'],
    [],
  ].map((flags) => ({
    name: `identity-provider set ${flags.join(' ')} is a mistake`,
    line: ['identity-provider', 'set', ...flags],
    routes: {},
    asked: [],
    exitCode: 2,
  })),
  {
    name: 'identity-provider delete',
    line: ['identity-provider', 'delete'],
    routes: { [`DELETE ${PROVIDERS}/tenant`]: { status: 200 } },
    out: 'The logins of tenant tenant are proven here again.\n',
  },
  {
    name: 'identity-provider delete of what is in the configuration file',
    line: ['identity-provider', 'delete'],
    routes: {
      [`DELETE ${PROVIDERS}/tenant`]: {
        status: 409,
        body: { error: { code: 'IdentityProviderConfigured', message: 'It is set in the configuration file.' } },
      },
    },
    exitCode: 1,
    err: /It is set in the configuration file/,
  },
])
