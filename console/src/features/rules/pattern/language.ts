/** The server's own language of event patterns, compiled into the page: what it says here the server says too. */
export { fieldHolds } from '../../../../../src/aws/event-pattern/consistency.ts';
export { valuesOf, type EventValue } from '../../../../../src/aws/event-pattern/event-values.ts';
export { matches } from '../../../../../src/aws/event-pattern/match.ts';
export {
  parsePattern,
  type Field,
  type Pattern,
} from '../../../../../src/aws/event-pattern/parse-pattern.ts';
