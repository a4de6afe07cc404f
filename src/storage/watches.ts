// The watch part of the storage port: work that comes round again and again and that one node does for all, in steps. Whoever has the
// turn tells at each step how far it is, so that another goes on from there when it dies. What the work is, nobody here knows.

export type WatchTurn = { readonly name: string; readonly holder: string }

export interface WatchWriter {
  /** Undefined unless the turn is due and nobody has it. `position`: as it was last told; empty for the beginning. */
  takeTurn(
    turn: WatchTurn & { readonly at: number; readonly until: number },
  ): Promise<{ readonly position: string } | undefined>
  /** Keeps the turn for longer. False when another has it by now. */
  keepTurn(turn: WatchTurn & { readonly until: number; readonly position: string }): Promise<boolean>
  /** Gives it back; whoever takes it next, not before `dueAt`, goes on at `position`. Nothing when another has it by now. */
  endTurn(turn: WatchTurn & { readonly dueAt: number; readonly position: string }): Promise<void>
}
