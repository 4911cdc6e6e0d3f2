import { OpentrailError } from '../../base/errors.ts';

/** Damage, told so that an operator knows how to go on. `segment` is for repair. */
export class JournalCorrupt extends OpentrailError {
  readonly segment: string;

  constructor(path: string, offset: number, what: string) {
    super(
      'JOURNAL_CORRUPT',
      `${path} is damaged at byte ${offset}: ${what}. Restore the file from a copy, or start once with OPENTRAIL_JOURNAL_REPAIR=true: what can be read is kept, the damaged file is set aside, and the trail says what is missing`,
    );
    this.segment = path;
  }
}
