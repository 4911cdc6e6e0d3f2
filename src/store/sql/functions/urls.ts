import { BIGINT, VARCHAR } from '../types/type.ts';
import { of } from './call-args.ts';
import { one, two, type Functions } from './spec.ts';

const part = (name: string) => one((call) => of(VARCHAR, `${name}(${call.text(0).sql})`));

/** https://trino.io/docs/current/functions/url.html */
export const URL_FUNCTIONS: Functions = {
  url_extract_host: part('domain'),
  url_extract_path: part('path'),
  url_extract_protocol: part('protocol'),
  url_extract_query: part('queryString'),
  url_extract_fragment: part('fragment'),
  url_extract_port: one((call) => of(BIGINT, `nullIf(port(${call.text(0).sql}), 0)`)),
  url_extract_parameter: two((call) =>
    of(
      VARCHAR,
      `if(match(${call.text(0).sql}, concat('[?&]', ${call.text(1).sql}, '(=|&|#|$)')), decodeURLComponent(extractURLParameter(${call.text(0).sql}, ${call.text(1).sql})), NULL)`,
    ),
  ),
  url_encode: part('encodeURLFormComponent'),
  url_decode: part('decodeURLFormComponent'),
};
