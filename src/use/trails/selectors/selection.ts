import type { EventFacts } from './event-facts.ts';

export type Matcher = (event: EventFacts) => boolean;

/** Selectors made ready to be asked many times. */
export type Selection = {
  /** Whether it may ever select an event that is no management event. */
  readonly wantsData: boolean;
  /** An event is logged when any of the selectors takes it. */
  readonly matches: Matcher;
};
