import type { ApiClient } from '../../aws/client.ts';
import { xmlObjects, xmlTexts } from '../../aws/services.ts';

export type Listed = { readonly key: string; readonly size: number };

type Asked = {
  readonly bucket: string;
  readonly prefix: string;
  /** Keys after this one only. */
  readonly startAfter?: string;
  /** Stops before this one. */
  readonly before?: string;
  /** Pages of 1,000 at most. */
  readonly pages: number;
};

/** Objects in the order of their keys; `whole` is false when there are more than were asked for. */
export async function listObjects(
  api: Pick<ApiClient, 's3'>,
  { bucket, prefix, startAfter, before, pages }: Asked,
  signal?: AbortSignal,
): Promise<{ readonly objects: readonly Listed[]; readonly whole: boolean }> {
  const objects: Listed[] = [];
  let token = '';
  for (let page = 0; page < pages; page++) {
    const query = {
      'list-type': '2',
      prefix,
      ...(startAfter ? { 'start-after': startAfter } : {}),
      ...(token ? { 'continuation-token': token } : {}),
    };
    const xml = await (await api.s3({ method: 'GET', bucket, query, signal })).text();
    const found = xmlObjects(xml, 'Contents').map(({ Key = '', Size }) => ({ key: Key, size: Number(Size) }));
    objects.push(...found.filter(({ key }) => before === undefined || key < before));
    const [next = ''] = xmlTexts(xml, 'NextContinuationToken');
    const last = found.at(-1)?.key ?? '';
    if (next === '' || (before !== undefined && last >= before)) return { objects, whole: true };
    token = next;
  }
  return { objects, whole: false };
}

/** Names of the folders right below a prefix, without it. */
export async function listFolders(
  api: Pick<ApiClient, 's3'>,
  { bucket, prefix }: Pick<Asked, 'bucket' | 'prefix'>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const query = { 'list-type': '2', prefix, delimiter: '/' };
  const xml = await (await api.s3({ method: 'GET', bucket, query, signal })).text();
  return xmlObjects(xml, 'CommonPrefixes').map(({ Prefix = '' }) =>
    Prefix.slice(prefix.length).replace(/\/$/, ''),
  );
}
