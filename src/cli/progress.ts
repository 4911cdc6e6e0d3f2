import { formatDuration } from '../base/duration.ts';

/** One line that rewrites itself on a terminal, and nothing at all in a pipe. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr) {
  let last = 0;
  const isTerminal = stream.isTTY === true;
  return {
    show: (text: string) => {
      if (!isTerminal || Date.now() - last < 100) return;
      last = Date.now();
      stream.write(`\r\u001b[K${text.slice(0, (stream.columns || 80) - 1)}`);
    },
    clear: () => {
      if (isTerminal) stream.write('\r\u001b[K');
    },
  };
}

/** `3m 20s left`, from what is done since the start. */
export function timeLeft(done: number, all: number, elapsedMs: number): string {
  if (done <= 0 || elapsedMs < 500) return 'estimating';
  return `${formatDuration((elapsedMs / done) * Math.max(0, all - done))} left`;
}

export function percent(done: number, all: number): string {
  return `${all === 0 ? 100 : Math.floor((done / all) * 100)}%`;
}

/** `1,234,567`. Not by toLocaleString: to load the rules of a language takes longer than many a command. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
