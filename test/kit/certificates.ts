import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Certificate = { readonly cert: string; readonly key: string };

export type Authority = {
  /** PEM file of the authority itself. */
  readonly file: string;
  readonly ca: string;
  /** A certificate for these hosts; default 127.0.0.1 and localhost. */
  readonly issue: (
    name: string,
    hosts?: string,
  ) => Certificate & { readonly certFile: string; readonly keyFile: string };
  readonly remove: () => void;
};

/** A certificate authority made to be thrown away, with the machine's openssl. */
export function createAuthority(): Authority {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-ca-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
  );
  const file = join(dir, 'ca.pem');
  return {
    file,
    ca: readFileSync(file, 'utf8'),
    issue: (name, hosts = 'IP:127.0.0.1,DNS:localhost') => {
      const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${hosts}`];
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '2'];
      openssl('req', '-x509', ...key, ...subject, ...by, '-keyout', `${name}.key`, '-out', `${name}.pem`);
      const [certFile, keyFile] = [join(dir, `${name}.pem`), join(dir, `${name}.key`)];
      return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
