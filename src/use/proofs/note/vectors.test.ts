import { createPrivateKey } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { checkpointText, parseCheckpoint } from './checkpoint.ts';
import { parseVerifierKey, signerKeyOf } from './keys.ts';
import { formatNote, parseNote, signText, verifyNote } from './signed-note.ts';

/** The example of golang.org/x/mod/sumdb/note, which C2SP's signed-note describes. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const NOTE = `${TEXT}\n${LINE}`;

/** c2sp.org/signed-note. */
const SPEC_KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const SPEC_NOTE =
  'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

/** A checkpoint of a public log, signed by it and by public witnesses. */
const PUBLIC = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
`;
const PUBLIC_LOG =
  'arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f';
const PUBLIC_WITNESS = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2';

/** The example of c2sp.org/tlog-cosignature. */
const COSIGNED = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

const read = (text: string) => parseNote(Buffer.from(text), 'test');

describe('signed notes', () => {
  it('are signed byte for byte as the reference signs', () => {
    const seed = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), PETER_SEED]);
    const key = signerKeyOf(
      'PeterNeumann',
      'note',
      createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' }),
    );
    expect(key.verifier.text).toBe(PETER);
    expect(formatNote({ text: TEXT, signatures: [signText(TEXT, key, 0)] })).toBe(NOTE);
  });

  it.each([
    ['Go', PETER, NOTE],
    ['the specification', SPEC_KEY, SPEC_NOTE],
    ['a public log', PUBLIC_LOG, PUBLIC],
    ['a public witness', PUBLIC_WITNESS, PUBLIC],
  ])('of %s verify, and no longer after a change', (_, key, note) => {
    const keys = [parseVerifierKey(key)];
    expect(keys[0]?.text).toBe(key);
    expect(verifyNote(read(note), keys)).toHaveLength(1);
    expect(formatNote(read(note))).toBe(note);
    expect(verifyNote(read(note.replace(/^./, 'X')), keys)).toBeUndefined();
  });

  it('tell when a witness signed', () => {
    const [found] = verifyNote(read(PUBLIC), [parseVerifierKey(PUBLIC_WITNESS)]) ?? [];
    expect(found?.time).toBe(0x6a122120);
    const { signatures } = parseCheckpoint(Buffer.from(COSIGNED), 'test').note;
    expect(Number(signatures[1]?.bytes.readBigUInt64BE(4))).toBe(1_679_315_147);
  });

  it.each([
    ['no blank line', TEXT],
    ['no signature', `${TEXT}\n`],
    ['no last newline', NOTE.slice(0, -1)],
    ['a control character', `\u0001${NOTE}`],
    ['a bad name', NOTE.replace('— PeterNeumann', '— Bad Name')],
    ['a line too many', `${NOTE}Unexpected line.\n`],
    ['another dash', NOTE.replace('—', '-')],
    ['101 signatures', `${TEXT}\n${LINE.repeat(101)}`],
  ])('with %s are none', (_, text) => {
    expect(() => read(text)).toThrow('no signed note');
  });

  it('are not UTF-8 by chance', () => {
    expect(() => parseNote(Buffer.concat([Buffer.from([0xff]), Buffer.from(NOTE)]), 'x')).toThrow(
      'not UTF-8',
    );
  });

  it('by others than the keys count for nothing', () => {
    expect(verifyNote(read(NOTE), [parseVerifierKey(SPEC_KEY)])).toEqual([]);
  });
});

describe('verifier keys', () => {
  it.each([
    'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
    'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'bananas.example+12344556',
    '',
  ])('are not "%s"', (text) => {
    expect(() => parseVerifierKey(text)).toThrow('public key');
  });
});

describe('checkpoints', () => {
  it('are read and written as the specification shows', () => {
    const checkpoint = parseCheckpoint(Buffer.from(COSIGNED), 'test');
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(checkpointText(checkpoint)).toBe(COSIGNED.slice(0, COSIGNED.indexOf('\n\n') + 1));
  });

  it.each([
    ['a leading zero', COSIGNED.replace('20852163', '020852163')],
    ['no root', COSIGNED.replace(/CsUY.*\n/, '')],
    ['a short root', COSIGNED.replace(/CsUY.*\n/, 'AAAA\n')],
    ['an empty origin', COSIGNED.replace(/^example.*/, '')],
  ])('with %s are none', (_, text) => {
    expect(() => parseCheckpoint(Buffer.from(text), 'test')).toThrow('no checkpoint');
  });
});
