import { OpentrailError } from '../../base/errors.ts';
import { cloudtrailCall, type ServerAccess } from '../server-request.ts';

export type Sample = { readonly Name: string; readonly Description: string; readonly SQL: string };

/** Those that a phrase finds; without one all of them. */
export async function findSamples(server: ServerAccess, phrase = '*'): Promise<readonly Sample[]> {
  const found: Sample[] = [];
  let token: string | undefined;
  do {
    const page = await cloudtrailCall<{ SearchResults: Sample[]; NextToken?: string }>(
      server,
      'SearchSampleQueries',
      { SearchPhrase: phrase, MaxResults: 50, ...(token === undefined ? {} : { NextToken: token }) },
    );
    found.push(...page.SearchResults);
    token = page.NextToken;
  } while (token !== undefined);
  return found;
}

/** The sample of that name, whatever the case of its letters. */
export async function sampleNamed(server: ServerAccess, name: string): Promise<Sample> {
  const all = await findSamples(server);
  const found = all.find(({ Name }) => Name.toLowerCase() === name.toLowerCase());
  if (found === undefined)
    throw new OpentrailError('BAD_ARGUMENT', `--sample: there is no sample "${name}"; --samples lists them`);
  return found;
}

export function describeSamples(samples: readonly Sample[], withSql: boolean): string {
  return samples
    .map(({ Name, Description, SQL }) => {
      const sql = withSql ? `\n${SQL.replaceAll('$EDS_ID', 'events').replace(/^/gm, '    ')}\n` : '';
      return `${Name}\n    ${Description}${sql}\n`;
    })
    .join('');
}
