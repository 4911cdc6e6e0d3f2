import { randomAlnum } from '../../base/ids.ts';

/** 20 letters and digits (119 bits) with each kind in it, as the server's password policy wants. */
export function newPassword(random: (length: number) => string = randomAlnum): string {
  for (;;) {
    const text = random(20);
    if (/[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9]/.test(text)) return text;
  }
}
