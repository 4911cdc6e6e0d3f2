import type { EventFacts } from './event-facts.ts';

export type Matcher = (event: EventFacts) => boolean;

/** Of an event what costs nothing to know and what many events have in common. */
export type EventOutline = Pick<EventFacts, 'category' | 'readOnly' | 'source' | 'name'>;

/** `maybe`: the outline allows it, the rest of the event decides. */
export type Verdict = 'yes' | 'no' | 'maybe';

/** Of these texts one resource's ARN has to equal one, or begin or end with one. */
export type ArnTexts = {
  readonly equals: readonly string[];
  readonly starts: readonly string[];
  readonly ends: readonly string[];
};

/** One selector, made ready to be asked many times. */
export type CompiledSelector = {
  /** Whether it may ever select an event that is no management event. */
  readonly wantsData: boolean;
  readonly matches: Matcher;
  /** What the outline alone decides: `yes` and `no` are the same as `matches`. */
  readonly judge: (outline: EventOutline) => Verdict;
  /** Without one of these it never matches what `judge` leaves open; undefined where it may. */
  readonly arns: ArnTexts | undefined;
};

/** A trail's selectors: an event is logged when any of them takes it. */
export type Selection = {
  readonly wantsData: boolean;
  readonly matches: Matcher;
  readonly selectors: readonly CompiledSelector[];
};
