/** What starts must stop: `stop` drains what was accepted and frees what was taken. Called once, by app.ts, in reverse order. */
export type Stoppable = { readonly stop: () => Promise<void> };
