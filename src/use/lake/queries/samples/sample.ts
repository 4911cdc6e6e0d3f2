/** A query that is ready to run: `$EDS_ID` stands for the event data store. */
export type SampleQuery = {
  readonly name: string;
  readonly description: string;
  /** Words that people ask for it by, beside those of the name and the description. */
  readonly words: string;
  readonly sql: string;
};
