import { describeCredentialLives } from '../credential-lives.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeCredentialLives('sqlite', openTemporaryMailStore)
