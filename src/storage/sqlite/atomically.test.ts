import { describeAtomically } from '../atomically.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeAtomically('sqlite', openTemporaryMailStore)
